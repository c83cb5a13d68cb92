// SPDX-License-Identifier: Apache-2.0
package gridwire.client;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.nio.serialization.Portable;
import com.hazelcast.nio.serialization.PortableFactory;
import com.hazelcast.nio.serialization.PortableReader;
import com.hazelcast.nio.serialization.PortableWriter;
import com.hazelcast.nio.serialization.VersionedPortable;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Map;

/** What members run for test_portables_java_real.py: Portable classes in Java, and a processor that changes them. */
public final class Portables implements DataSerializableFactory {

    @Override
    public IdentifiedDataSerializable create(int id) {
        return new Change();
    }

    public static final class Factory implements PortableFactory {
        @Override
        public Portable create(int id) {
            return id == 1 ? new Part() : id == 2 ? new Whole() : new Later();
        }
    }

    public static class Part implements Portable {
        String name;
        int number;

        @Override
        public int getFactoryId() {
            return 68;
        }

        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public void writePortable(PortableWriter writer) throws IOException {
            writer.writeUTF("n\u00e4me", name);
            writer.writeInt("number", number);
        }

        @Override
        public void readPortable(PortableReader reader) throws IOException {
            name = reader.readUTF("n\u00e4me");
            number = reader.readInt("number");
        }
    }

    public static class Whole implements Portable {
        byte b;
        boolean z;
        char c;
        short s;
        long l;
        float f;
        double d;
        long[] ls;
        String[] ts;
        BigDecimal price;
        LocalDate day;
        LocalTime hour;
        LocalDateTime moment;
        OffsetDateTime instant;
        BigDecimal[] prices;
        Part part;
        Portable[] parts;
        String raw;

        @Override
        public int getFactoryId() {
            return 68;
        }

        @Override
        public int getClassId() {
            return 2;
        }

        @Override
        public void writePortable(PortableWriter writer) throws IOException {
            writer.writeByte("b", b);
            writer.writeBoolean("z", z);
            writer.writeChar("c", c);
            writer.writeShort("s", s);
            writer.writeLong("l", l);
            writer.writeFloat("f", f);
            writer.writeDouble("d", d);
            writer.writeLongArray("ls", ls);
            writer.writeUTFArray("ts", ts);
            writer.writeDecimal("price", price);
            writer.writeDate("day", day);
            writer.writeTime("hour", hour);
            writer.writeTimestamp("moment", moment);
            writer.writeTimestampWithTimezone("instant", instant);
            writer.writeDecimalArray("prices", prices);
            writer.writePortable("part", part);
            writer.writePortableArray("parts", parts);
            writer.getRawDataOutput().writeUTF(raw);
        }

        @Override
        public void readPortable(PortableReader reader) throws IOException {
            b = reader.readByte("b");
            z = reader.readBoolean("z");
            c = reader.readChar("c");
            s = reader.readShort("s");
            l = reader.readLong("l");
            f = reader.readFloat("f");
            d = reader.readDouble("d");
            ls = reader.readLongArray("ls");
            ts = reader.readUTFArray("ts");
            price = reader.readDecimal("price");
            day = reader.readDate("day");
            hour = reader.readTime("hour");
            moment = reader.readTimestamp("moment");
            instant = reader.readTimestampWithTimezone("instant");
            prices = reader.readDecimalArray("prices");
            part = reader.readPortable("part");
            parts = reader.readPortableArray("parts");
            raw = reader.getRawDataInput().readUTF();
        }
    }

    /** A class of version 3 in Java. */
    public static class Later implements VersionedPortable {
        long number;
        String added;

        @Override
        public int getFactoryId() {
            return 68;
        }

        @Override
        public int getClassId() {
            return 3;
        }

        @Override
        public int getClassVersion() {
            return 3;
        }

        @Override
        public void writePortable(PortableWriter writer) throws IOException {
            writer.writeLong("number", number);
            writer.writeUTF("added", added);
        }

        @Override
        public void readPortable(PortableReader reader) throws IOException {
            number = reader.readLong("number");
            added = reader.readUTF("added");
        }
    }

    /** Changes what it finds. */
    public static final class Change
            implements IdentifiedDataSerializable, EntryProcessor<Object, Object, Object> {
        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            Object value = entry.getValue();
            if (value instanceof Whole) {
                Whole whole = (Whole) value;
                whole.b++;
                whole.z = !whole.z;
                whole.c++;
                whole.l++;
                whole.f++;
                whole.d++;
                whole.price = whole.price.add(BigDecimal.ONE);
                whole.day = whole.day.plusDays(1);
                whole.hour = whole.hour.plusMinutes(1);
                whole.moment = whole.moment.plusYears(1);
                whole.instant = whole.instant.plusHours(1);
                whole.part.number++;
                for (Portable part : whole.parts) {
                    ((Part) part).name += "!";
                }
                whole.raw += "!";
                entry.setValue(whole);
                return whole.part;
            }
            Later later = (Later) value;
            later.added = "by Java";
            later.number += 1L << 40;
            entry.setValue(later);
            return null;
        }

        @Override
        public EntryProcessor<Object, Object, Object> getBackupProcessor() {
            return this;
        }

        @Override
        public int getFactoryId() {
            return 69;
        }

        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public void writeData(ObjectDataOutput out) {
        }

        @Override
        public void readData(ObjectDataInput in) {
        }
    }
}
