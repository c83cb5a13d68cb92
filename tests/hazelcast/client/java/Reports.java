// SPDX-License-Identifier: Apache-2.0
package gridwire.client;

import com.hazelcast.client.impl.statistics.ClientStatistics;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import com.hazelcast.internal.metrics.MetricConsumer;
import com.hazelcast.internal.metrics.MetricDescriptor;
import com.hazelcast.internal.metrics.impl.MetricsCompressor;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.util.UUID;

/** Tells what a member reads in the report of a client, for test_statistics_real.py. */
public final class Reports implements DataSerializableFactory {

    @Override
    public IdentifiedDataSerializable create(int id) {
        return new Tell();
    }

    /** The attributes in the first line, then a line for each metric; empty if there is none. */
    public static class Tell
            implements IdentifiedDataSerializable, EntryProcessor<Object, Object, String>,
                    HazelcastInstanceAware {
        private String client;
        private transient HazelcastInstanceImpl member;

        @Override
        public void setHazelcastInstance(HazelcastInstance instance) {
            member = (HazelcastInstanceImpl) instance;
        }

        @Override
        public String process(java.util.Map.Entry<Object, Object> entry) {
            ClientStatistics report =
                    member.node.getClientEngine().getClientStatistics().get(UUID.fromString(client));
            if (report == null) {
                return "";
            }
            StringBuilder told = new StringBuilder(report.clientAttributes());
            MetricsCompressor.extractMetrics(report.metricsBlob(), new MetricConsumer() {
                @Override
                public void consumeLong(MetricDescriptor metric, long value) {
                    add(metric, String.valueOf(value));
                }

                @Override
                public void consumeDouble(MetricDescriptor metric, double value) {
                    add(metric, String.valueOf(value));
                }

                private void add(MetricDescriptor metric, String value) {
                    told.append('\n').append(metric.prefix()).append('|').append(metric.metric());
                    told.append('|').append(metric.discriminator());
                    told.append('|').append(metric.discriminatorValue());
                    told.append('|').append(metric.unit()).append('|').append(value);
                }
            });
            return told.toString();
        }

        @Override
        public int getFactoryId() {
            return 67;
        }

        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws java.io.IOException {
            out.writeString(client);
        }

        @Override
        public void readData(ObjectDataInput in) throws java.io.IOException {
            client = in.readString();
        }
    }
}
