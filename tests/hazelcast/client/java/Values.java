// SPDX-License-Identifier: Apache-2.0
package gridwire.client;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.Collectors;

/** What members run for test_java_values_real.py: makes values of Java, and says what Java sees in others. */
public final class Values implements DataSerializableFactory {

    static final int FACTORY = 67;

    @Override
    public IdentifiedDataSerializable create(int id) {
        return id == 1 ? new Make() : new Describe();
    }

    /** An object that only Java reads. */
    public static class Plain implements Serializable {
        private static final long serialVersionUID = 1;
        String name = "plain";

        @Override
        public String toString() {
            return name;
        }
    }

    /** An enum of the program. */
    public enum Color { RED, GREEN }

    abstract static class Named implements IdentifiedDataSerializable, EntryProcessor<Object, Object, Object> {
        String name;

        @Override
        public int getFactoryId() {
            return FACTORY;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(name);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            name = in.readString();
        }
    }

    /** Makes the value of its name, stores it and gives it back. */
    public static class Make extends Named {
        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            Object made = made(name);
            entry.setValue(made);
            return made;
        }
    }

    /** Says what the value is. */
    public static class Describe extends Named {
        @Override
        public int getClassId() {
            return 2;
        }

        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            return text(entry.getValue());
        }
    }

    private static <C extends Collection<Object>> C filled(C collection) {
        collection.addAll(List.of("b", "a", "c"));
        return collection;
    }

    private static <M extends Map<Object, Object>> M filled(M map) {
        map.put("b", 2);
        map.put("a", 1L);
        return map;
    }

    private static Object made(String name) {
        switch (name) {
            case "byte": return (byte) -3;
            case "char": return '\uff21';
            case "short": return (short) -300;
            case "long": return -5000000000L;
            case "float": return 1.5f;
            case "double": return -0.1;
            case "big integer": return BigInteger.ONE.shiftLeft(100);
            case "big decimal": return new BigDecimal("-1.25");
            case "class": return String.class;
            case "date": return new Date(-1L);
            case "local date": return LocalDate.of(2024, 2, 29);
            case "local time": return LocalTime.of(23, 59, 58, 123456789);
            case "local date time": return LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4000);
            case "offset date time": return OffsetDateTime.of(2024, 7, 1, 12, 0, 0, 1000, ZoneOffset.ofHoursMinutes(5, 30));
            case "entry": return new AbstractMap.SimpleEntry<>("k", 1);
            case "immutable entry": return new AbstractMap.SimpleImmutableEntry<>("k", null);
            case "optional": return Optional.of("x");
            case "empty optional": return Optional.empty();
            case "byte buffer": return ByteBuffer.wrap(new byte[] {1, 2, -1});
            case "boolean[]": return new boolean[] {true, false};
            case "char[]": return new char[] {'a', '\u00e9'};
            case "short[]": return new short[] {1, -2};
            case "int[]": return new int[] {1, -2};
            case "long[]": return new long[] {1, -2};
            case "float[]": return new float[] {0.5f};
            case "double[]": return new double[] {0.1};
            case "String[]": return new String[] {"a", null};
            case "Object[]": return new Object[] {1, null, new int[] {5}};
            case "LinkedList": return filled(new LinkedList<>());
            case "CopyOnWriteArrayList": return filled(new CopyOnWriteArrayList<>());
            case "HashMap": return filled(new HashMap<>());
            case "ConcurrentSkipListMap": return filled(new ConcurrentSkipListMap<>());
            case "ConcurrentHashMap": return filled(new ConcurrentHashMap<>());
            case "LinkedHashMap": return filled(new LinkedHashMap<>());
            case "TreeMap": return filled(new TreeMap<>());
            case "TreeMap reversed": return filled(new TreeMap<>(Collections.reverseOrder()));
            case "HashSet": return filled(new HashSet<>());
            case "TreeSet": return filled(new TreeSet<>());
            case "LinkedHashSet": return filled(new LinkedHashSet<>());
            case "CopyOnWriteArraySet": return filled(new CopyOnWriteArraySet<>());
            case "ConcurrentSkipListSet": return filled(new ConcurrentSkipListSet<>());
            case "ArrayDeque": return filled(new ArrayDeque<>());
            case "LinkedBlockingQueue": return filled(new LinkedBlockingQueue<>());
            case "ArrayBlockingQueue": return filled(new ArrayBlockingQueue<>(9));
            case "PriorityBlockingQueue": return filled(new PriorityBlockingQueue<>());
            case "DelayQueue": return new DelayQueue<>();
            case "SynchronousQueue": return new SynchronousQueue<>();
            case "LinkedTransferQueue": return filled(new LinkedTransferQueue<>());
            case "PriorityQueue": return filled(new PriorityQueue<>());
            case "enum": return Color.GREEN;
            case "enums": return new ArrayList<>(List.of(TimeUnit.SECONDS, 1, Color.RED));
            case "plain": return new Plain();
            case "plain in a list": return new ArrayList<>(List.of(new Plain(), 5));
            case "locale": return new Locale("en");
            case "locale in a map": return new HashMap<>(Map.of("k", new Locale("en")));
            default: throw new IllegalArgumentException(name);
        }
    }

    private static String text(Object value) {
        if (value == null) {
            return "null";
        }
        String type = value.getClass().getName();
        if (value.getClass().isArray()) {
            List<String> items = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                items.add(String.valueOf(Array.get(value, i)));
            }
            return type + items;
        }
        if (value instanceof Map) {
            List<String> items = ((Map<?, ?>) value).entrySet().stream()
                    .map(entry -> text(entry.getKey()) + "=" + text(entry.getValue())).collect(Collectors.toList());
            if (!(value instanceof LinkedHashMap)) {
                Collections.sort(items);
            }
            return type + items;
        }
        if (value instanceof Collection) {
            List<String> items = ((Collection<?>) value).stream().map(Values::text).collect(Collectors.toList());
            if (value instanceof Set) {
                Collections.sort(items);
            }
            return type + items;
        }
        return type + ":" + value;
    }
}
