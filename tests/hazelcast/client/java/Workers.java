// SPDX-License-Identifier: Apache-2.0
package gridwire.client;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.MapInterceptor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import java.util.function.BiFunction;

/** What members run for test_processors_real.py, which has the same classes without the work. */
public final class Workers implements DataSerializableFactory {

    static final int FACTORY = 66;

    @Override
    public IdentifiedDataSerializable create(int id) {
        switch (id) {
            case 1: return new Append();
            case 2: return new Refuse();
            case 3: return new Join();
            case 4: return new Shout();
            default: return null;
        }
    }

    /** Has a text. */
    abstract static class Worker implements IdentifiedDataSerializable {
        String text;

        @Override
        public int getFactoryId() {
            return FACTORY;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(text);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            text = in.readString();
        }
    }

    /** Appends to the value; gives what was there. */
    public static class Append extends Worker implements EntryProcessor<Object, String, String> {
        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public String process(Map.Entry<Object, String> entry) {
            String before = entry.getValue();
            entry.setValue(before + text);
            return before;
        }
    }

    /** Fails, with an error that would say "not done" of anything but code of users. */
    public static class Refuse extends Worker implements EntryProcessor<Object, String, String> {
        @Override
        public int getClassId() {
            return 2;
        }

        @Override
        public String process(Map.Entry<Object, String> entry) {
            throw new IllegalMonitorStateException(text);
        }
    }

    /** Makes a value of a key and a value. */
    public static class Join extends Worker implements BiFunction<Object, String, String> {
        @Override
        public int getClassId() {
            return 3;
        }

        @Override
        public String apply(Object key, String value) {
            return key + text + value;
        }
    }

    /** Has readers get more than is there. */
    public static class Shout extends Worker implements MapInterceptor {
        @Override
        public int getClassId() {
            return 4;
        }

        @Override
        public Object interceptGet(Object value) {
            return value == null ? null : value + text;
        }

        @Override
        public void afterGet(Object value) {
        }

        @Override
        public Object interceptPut(Object oldValue, Object newValue) {
            return newValue;
        }

        @Override
        public void afterPut(Object value) {
        }

        @Override
        public Object interceptRemove(Object removedValue) {
            return removedValue;
        }

        @Override
        public void afterRemove(Object oldValue) {
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Shout;
        }

        @Override
        public int hashCode() {
            return Shout.class.hashCode();
        }
    }
}
