// SPDX-License-Identifier: Apache-2.0
package gridwire.faithful;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.MapInterceptor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Comparator;
import java.util.Map;

/** What scenarios have real members run and look into; things.py is the same in Python. */
public final class Things implements DataSerializableFactory {

    static final int FACTORY = 4711;

    @Override
    public IdentifiedDataSerializable create(int id) {
        switch (id) {
            case 1: return new Person();
            case 2: return new ByAge();
            case 3: return new Append();
            case 4: return new Remove();
            case 5: return new Fail();
            case 6: return new Touch();
            case 7: return new Mark();
            case 8: return new Backwards();
            default: return null;
        }
    }

    /** A thing without fields. */
    abstract static class Thing implements IdentifiedDataSerializable {
        @Override
        public int getFactoryId() {
            return FACTORY;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
        }
    }

    /** A value with attributes. */
    public static class Person extends Thing {
        public String name;
        public int age;
        public long salary;
        public double height;
        public boolean active;
        public String city;

        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(name);
            out.writeInt(age);
            out.writeLong(salary);
            out.writeDouble(height);
            out.writeBoolean(active);
            out.writeString(city);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            name = in.readString();
            age = in.readInt();
            salary = in.readLong();
            height = in.readDouble();
            active = in.readBoolean();
            city = in.readString();
        }
    }

    /** Orders entries by the age of their values, the oldest first, then by key. */
    public static class ByAge extends Thing implements Comparator<Map.Entry<Integer, Person>> {
        @Override
        public int getClassId() {
            return 2;
        }

        @Override
        public int compare(Map.Entry<Integer, Person> one, Map.Entry<Integer, Person> other) {
            int order = Integer.compare(other.getValue().age, one.getValue().age);
            return order != 0 ? order : one.getKey().compareTo(other.getKey());
        }
    }

    /** Appends to a text; gives what was there. */
    public static class Append extends Thing implements EntryProcessor<Object, String, String> {
        String suffix;

        @Override
        public int getClassId() {
            return 3;
        }

        @Override
        public String process(Map.Entry<Object, String> entry) {
            String before = entry.getValue();
            entry.setValue((before == null ? "" : before) + suffix);
            return before;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(suffix);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            suffix = in.readString();
        }
    }

    /** Removes an entry; gives whether it was there. */
    public static class Remove extends Thing implements EntryProcessor<Object, Object, Boolean> {
        @Override
        public int getClassId() {
            return 4;
        }

        @Override
        public Boolean process(Map.Entry<Object, Object> entry) {
            boolean there = entry.getValue() != null;
            entry.setValue(null);
            return there;
        }
    }

    /** Raises. */
    public static class Fail extends Thing implements EntryProcessor<Object, Object, Object> {
        @Override
        public int getClassId() {
            return 5;
        }

        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            throw new IllegalStateException("as it was told");
        }
    }

    /** Only looks; gives nothing. */
    public static class Touch extends Thing implements EntryProcessor<Object, Object, Object> {
        @Override
        public int getClassId() {
            return 6;
        }

        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            return null;
        }
    }

    /** Marks texts: "g" when they are read, "p" when they are stored; forbids to remove "kept". */
    public static class Mark extends Thing implements MapInterceptor {
        @Override
        public int getClassId() {
            return 7;
        }

        @Override
        public Object interceptGet(Object value) {
            return value instanceof String ? value + "g" : null;
        }

        @Override
        public void afterGet(Object value) {
        }

        @Override
        public Object interceptPut(Object oldValue, Object newValue) {
            return newValue instanceof String ? newValue + "p" : null;
        }

        @Override
        public void afterPut(Object value) {
        }

        @Override
        public Object interceptRemove(Object removedValue) {
            if ("keptp".equals(removedValue)) {
                throw new UnsupportedOperationException("it is kept");
            }
            return null;
        }

        @Override
        public void afterRemove(Object oldValue) {
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Mark;
        }

        @Override
        public int hashCode() {
            return Mark.class.hashCode();
        }
    }

    /** Orders entries by their values, which compare with each other, the greatest first. */
    public static class Backwards extends Thing
            implements Comparator<Map.Entry<Object, Comparable<Object>>> {
        @Override
        public int getClassId() {
            return 8;
        }

        @Override
        public int compare(
                Map.Entry<Object, Comparable<Object>> one,
                Map.Entry<Object, Comparable<Object>> other) {
            return other.getValue().compareTo(one.getValue());
        }
    }
}
