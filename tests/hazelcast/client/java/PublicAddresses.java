// SPDX-License-Identifier: Apache-2.0
// Tells a member the public address of each member, as a discovery plug-in of a cloud does.

import com.hazelcast.cluster.Address;
import com.hazelcast.config.properties.PropertyDefinition;
import com.hazelcast.logging.ILogger;
import com.hazelcast.spi.discovery.AbstractDiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryNode;
import com.hazelcast.spi.discovery.DiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryStrategyFactory;
import com.hazelcast.spi.discovery.SimpleDiscoveryNode;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class PublicAddresses implements DiscoveryStrategyFactory {
    static final Pattern MEMBER = Pattern.compile("<member>127\\.0\\.0\\.1:(\\d+)</member>");

    @Override
    public Class<? extends DiscoveryStrategy> getDiscoveryStrategyType() {
        return Strategy.class;
    }

    @Override
    public DiscoveryStrategy newDiscoveryStrategy(
            DiscoveryNode node, ILogger logger, Map<String, Comparable> properties) {
        return new Strategy(logger, properties);
    }

    @Override
    public Collection<PropertyDefinition> getConfigurationProperties() {
        return List.of();
    }

    public static class Strategy extends AbstractDiscoveryStrategy {
        public Strategy(ILogger logger, Map<String, Comparable> properties) {
            super(logger, properties);
        }

        @Override
        public Iterable<DiscoveryNode> discoverNodes() {
            List<DiscoveryNode> nodes = new ArrayList<>();
            try {
                String config = Files.readString(Paths.get(System.getProperty("hazelcast.config")));
                Matcher found = MEMBER.matcher(config);
                while (found.find()) {
                    int port = Integer.parseInt(found.group(1));
                    Address inside = new Address("127.66.0.1", port);
                    nodes.add(new SimpleDiscoveryNode(inside, new Address("127.0.0.1", port)));
                }
            } catch (Exception e) {
                throw new RuntimeException(e);
            }
            return nodes;
        }
    }
}
