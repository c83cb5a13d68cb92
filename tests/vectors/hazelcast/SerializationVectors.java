// SPDX-License-Identifier: Apache-2.0
//
// Prints tests/vectors/hazelcast/serialization.json: what the members' own serialization service writes.
//
//     javac -cp hazelcast-5.7.0.jar SerializationVectors.java
//     java -cp hazelcast-5.7.0.jar:. SerializationVectors > serialization.json
//
// Every value is also read back by the same service before it is printed.

import com.hazelcast.cluster.Address;
import com.hazelcast.core.HazelcastJsonValue;
import com.hazelcast.instance.BuildInfoProvider;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.map.impl.LazyMapEntry;
import com.hazelcast.topic.impl.reliable.ReliableTopicMessage;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;

public final class SerializationVectors {
    private static final InternalSerializationService BIG = service(ByteOrder.BIG_ENDIAN);
    private static final InternalSerializationService LITTLE = service(ByteOrder.LITTLE_ENDIAN);
    private static final Map<String, Object> VALUES = new LinkedHashMap<>();

    private static InternalSerializationService service(ByteOrder order) {
        return new DefaultSerializationServiceBuilder()
                .setByteOrder(order).setUseNativeByteOrder(false).build();
    }

    @SuppressWarnings("unchecked")
    private static final Comparator<Object> REVERSE = (Comparator<Object>) (Comparator<?>) Comparator.reverseOrder();

    private static Map<Object, Object> equalInPython() {
        Map<Object, Object> map = new HashMap<>();
        map.put(1, "int");
        map.put(1L, "long");
        return map;
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

    private static void scalars() {
        VALUES.put("byte", (byte) -3);
        VALUES.put("boolean true", true);
        VALUES.put("boolean false", false);
        VALUES.put("char", '\u00e9');
        VALUES.put("char above 0x8000", '\uff21');
        VALUES.put("short", (short) -300);
        VALUES.put("int", -70000);
        VALUES.put("long", -5000000000L);
        VALUES.put("float", 1.5f);
        VALUES.put("double", -0.1d);
        VALUES.put("double nan", Double.NaN);
        VALUES.put("string", "gr\u00fc\u00df dich \u4e16 \ud83d\ude00");
        VALUES.put("string empty", "");
        VALUES.put("string with nul", "a\u0000b");
        VALUES.put("uuid", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
        VALUES.put("uuid high bits", UUID.fromString("ffeeddcc-bbaa-9988-f766-554433221100"));
        VALUES.put("class", String.class);
        VALUES.put("date", new Date(-1L));
        VALUES.put("date today", new Date(1700000000123L));
        VALUES.put("biginteger", BigInteger.valueOf(-129));
        VALUES.put("biginteger zero", BigInteger.ZERO);
        VALUES.put("biginteger big", BigInteger.TWO.pow(127));
        VALUES.put("bigdecimal", new BigDecimal("-1.25"));
        VALUES.put("bigdecimal scaled", new BigDecimal("12E+7"));
        VALUES.put("bigdecimal zero", new BigDecimal("0.00"));
        VALUES.put("json", new HazelcastJsonValue("{\"a\": [1, \"\u00e9\"]}"));
        VALUES.put("localdate", LocalDate.of(2024, 2, 29));
        VALUES.put("localdate bc", LocalDate.of(-44, 3, 15));
        VALUES.put("localtime", LocalTime.of(23, 59, 58, 123456789));
        VALUES.put("localdatetime", LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4000));
        VALUES.put("offsetdatetime", OffsetDateTime.of(2024, 7, 1, 12, 0, 0, 1000, ZoneOffset.ofHoursMinutes(5, 30)));
        VALUES.put("offsetdatetime seconds", OffsetDateTime.of(1900, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHoursMinutesSeconds(-4, -56, -2)));
        VALUES.put("simple entry", new AbstractMap.SimpleEntry<>("k", 1));
        VALUES.put("simple immutable entry", new AbstractMap.SimpleImmutableEntry<>("k", null));
        VALUES.put("optional", Optional.of("x"));
        VALUES.put("optional empty", Optional.empty());
        VALUES.put("bytebuffer", ByteBuffer.wrap(new byte[] {1, 2, -1}));
    }

    private static void arrays() {
        VALUES.put("byte[]", new byte[] {0, 127, -128, -1});
        VALUES.put("byte[] empty", new byte[0]);
        VALUES.put("boolean[]", new boolean[] {true, false, true});
        VALUES.put("char[]", new char[] {'a', '\u00e9', '\uff21'});
        VALUES.put("short[]", new short[] {1, -2, Short.MIN_VALUE});
        VALUES.put("int[]", new int[] {1, -2, Integer.MIN_VALUE});
        VALUES.put("long[]", new long[] {1, -2, Long.MIN_VALUE});
        VALUES.put("float[]", new float[] {0.5f, -2f, Float.POSITIVE_INFINITY});
        VALUES.put("double[]", new double[] {0.1, -2, Double.NEGATIVE_INFINITY});
        VALUES.put("string[]", new String[] {"a", null, "\u00e9"});
        VALUES.put("object[]", new Object[] {1, null, "a", new int[] {5}});
    }

    private static void collections() {
        VALUES.put("arraylist", new ArrayList<>(Arrays.asList(1, "a", null, 2.5, true)));
        VALUES.put("arraylist empty", new ArrayList<>());
        VALUES.put("arraylist nested", new ArrayList<>(List.of(new ArrayList<>(List.of(new ArrayList<>())))));
        VALUES.put("linkedlist", filled(new LinkedList<>()));
        VALUES.put("copyonwritearraylist", filled(new CopyOnWriteArrayList<>()));
        VALUES.put("hashmap", filled(new HashMap<>()));
        VALUES.put("hashmap empty", new HashMap<>());
        VALUES.put("hashmap list key", new HashMap<>(Map.of(new ArrayList<>(List.of(1)), "one")));
        VALUES.put("hashmap keys equal in python", equalInPython());
        VALUES.put("concurrentskiplistmap", filled(new ConcurrentSkipListMap<>()));
        VALUES.put("concurrenthashmap", filled(new ConcurrentHashMap<>()));
        VALUES.put("linkedhashmap", filled(new LinkedHashMap<>()));
        VALUES.put("treemap", filled(new TreeMap<>()));
        VALUES.put("treemap with comparator", filled(new TreeMap<>(REVERSE)));
        VALUES.put("hashset", filled(new HashSet<>()));
        VALUES.put("hashset of null", new HashSet<>(Collections.singleton(null)));
        VALUES.put("treeset", filled(new TreeSet<>()));
        VALUES.put("linkedhashset", filled(new LinkedHashSet<>()));
        VALUES.put("copyonwritearrayset", filled(new CopyOnWriteArraySet<>()));
        VALUES.put("concurrentskiplistset", filled(new ConcurrentSkipListSet<>()));
        VALUES.put("arraydeque", filled(new ArrayDeque<>()));
        VALUES.put("linkedblockingqueue", filled(new LinkedBlockingQueue<>()));
        VALUES.put("arrayblockingqueue", filled(new ArrayBlockingQueue<>(9)));
        VALUES.put("priorityblockingqueue", filled(new PriorityBlockingQueue<>()));
        VALUES.put("delayqueue", new DelayQueue<>());
        VALUES.put("synchronousqueue", new SynchronousQueue<>());
        VALUES.put("linkedtransferqueue", filled(new LinkedTransferQueue<>()));
        VALUES.put("priorityqueue", filled(new PriorityQueue<>()));
    }

    /** A message that was published in the millisecond 1700000000123. */
    private static Object topicMessage(Address publisher) {
        byte[] bytes = BIG.toData(new ReliableTopicMessage(BIG.toData("hi"), publisher)).toByteArray();
        ByteBuffer.wrap(bytes).putLong(17, 1700000000123L);
        return BIG.toObject(new HeapData(bytes));
    }

    /** The result of the aggregator "distinct"; its class can only be filled by its package. */
    private static Object distinct() throws Exception {
        Class<?> type = Class.forName("com.hazelcast.aggregation.impl.CanonicalizingHashSet");
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object set = constructor.newInstance();
        Method add = type.getDeclaredMethod("addInternal", Object.class);
        add.setAccessible(true);
        add.invoke(set, "v");
        return set;
    }

    private static void others() throws Exception {
        VALUES.put("topic message", topicMessage(new Address("127.0.0.1", 5701)));
        VALUES.put("topic message of a client", topicMessage(null));
        VALUES.put("distinct values", distinct());
        VALUES.put("lazy map entry", new LazyMapEntry<Object, Object>(BIG.toData("k"), (Object) 1, BIG, null));
        VALUES.put("address", new Address("127.0.0.1", 5701));
        VALUES.put("java serializable", new Locale("en"));
    }

    private static String hex(InternalSerializationService service, Object value) {
        Data data = service.toData(value);
        service.toObject(data);
        return HexFormat.of().formatHex(data.toByteArray());
    }

    private static String line(String name, Object value) {
        return String.format("    {\"name\": \"%s\", \"class\": \"%s\", \"type_id\": %d, \"partition_hash\": %d,%n"
                        + "      \"big\": \"%s\",%n      \"little\": \"%s\"}",
                name, value.getClass().getName(), BIG.toData(value).getType(), BIG.toData(value).getPartitionHash(),
                hex(BIG, value), hex(LITTLE, value));
    }

    public static void main(String[] args) throws Exception {
        scalars();
        arrays();
        collections();
        others();
        List<String> lines = new ArrayList<>();
        VALUES.forEach((name, value) -> lines.add(line(name, value)));
        System.out.println("{");
        System.out.println("  \"provenance\": \"written by SerializationVectors.java (beside this file) with the serialization "
                + "service of the open source member, Hazelcast " + BuildInfoProvider.getBuildInfo().getVersion() + "\",");
        System.out.println("  \"vectors\": [");
        System.out.println(String.join(",\n", lines));
        System.out.println("  ]");
        System.out.println("}");
    }
}
