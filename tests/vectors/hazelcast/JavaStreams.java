// SPDX-License-Identifier: Apache-2.0
//
// Prints tests/vectors/hazelcast/java_streams.json: what java.io.ObjectOutputStream writes.
//
//     javac JavaStreams.java && java JavaStreams > java_streams.json

import java.io.*;
import java.math.BigDecimal;
import java.time.*;
import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

public final class JavaStreams {
    enum Color { RED, GREEN { @Override public String toString() { return "grün"; } } }

    static class Base implements Serializable {
        private static final long serialVersionUID = 1;
        byte b = -1; char c = 'x'; short s = 2; int i = 3; long l = 4; float f = 5f; double d = 6d; boolean z = true;
    }

    static class Derived extends Base {
        private static final long serialVersionUID = 2;
        String text = "é"; Object[] items = {"a", 1, null, new int[] {1, 2}, Color.RED}; Base self = this;
        Map<String, Integer> map = new TreeMap<>(Map.of("k", 1));
    }

    static class Chain implements Serializable {
        private static final long serialVersionUID = 3;
        Chain next;
    }

    static class Handmade implements Serializable {
        private static final long serialVersionUID = 4;
        int never;
        private void writeObject(ObjectOutputStream out) throws IOException {
            out.write(new byte[] {1, 2, 3});  // and no fields
        }
    }

    static class Blocks implements Serializable {
        private static final long serialVersionUID = 5;
        private void writeObject(ObjectOutputStream out) throws IOException {
            out.write(new byte[2000]);
            out.writeObject("inside");
            out.write(7);
        }
    }

    public static class External implements Externalizable {
        public External() { }
        public void writeExternal(ObjectOutput out) throws IOException { out.writeInt(1); out.writeObject("x"); }
        public void readExternal(ObjectInput in) { }
    }

    private static Chain chain(int length) {
        Chain chain = null;
        for (int i = 0; i < length; i++) {
            Chain next = new Chain();
            next.next = chain;
            chain = next;
        }
        return chain;
    }

    public static void main(String[] args) throws Exception {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("enum", TimeUnit.SECONDS);
        values.put("enum with a body", Color.GREEN);
        values.put("string", "text");
        values.put("ints", new int[] {1, 2, 3});
        values.put("strings", new String[] {"a", null, "a"});
        values.put("grid", new long[][] {{1}, {}, {2, 3}});
        values.put("class", String.class);
        values.put("primitives", new Base());
        values.put("derived", new Derived());
        values.put("integer", 5);
        values.put("date", new Date(5));
        values.put("instant", Instant.ofEpochSecond(5));
        values.put("zoned", ZonedDateTime.of(2024, 1, 1, 0, 0, 0, 0, ZoneId.of("Europe/Berlin")));
        values.put("reverse", Collections.reverseOrder());
        values.put("case insensitive", String.CASE_INSENSITIVE_ORDER);
        values.put("natural", Comparator.naturalOrder());
        values.put("enum map", new EnumMap<>(Map.of(Color.RED, 1)));
        values.put("enum set", EnumSet.of(Color.RED));
        values.put("list of", List.of(1, "a"));
        values.put("atomic", new AtomicInteger(3));
        values.put("singleton", Collections.singletonList(1));
        values.put("unmodifiable", Collections.unmodifiableList(new ArrayList<>(List.of("a"))));
        values.put("exception", new IllegalStateException("no"));
        values.put("decimal", new BigDecimal("1.5"));
        values.put("lambda", (Comparator<String> & Serializable) (a, b) -> 0);
        values.put("handmade", new Handmade());
        values.put("blocks", new Blocks());
        values.put("externalizable", new External());
        values.put("chain", chain(200));
        System.out.println("{\"provenance\": \"written by JavaStreams.java (beside this file), Java "
                + System.getProperty("java.version") + "\", \"vectors\": [");
        int left = values.size();
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(entry.getValue());
            }
            String name = entry.getValue().getClass().getName();
            System.out.println("{\"name\": \"" + entry.getKey() + "\", \"class\": \"" + name.replaceAll("/.*", "")
                    + "\", \"hex\": \"" + HexFormat.of().formatHex(bytes.toByteArray()) + "\"}" + (--left > 0 ? "," : "]}"));
        }
    }
}
