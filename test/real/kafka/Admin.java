import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.PreferredLeaderNotAvailableException;
import org.apache.kafka.common.resource.*;
import org.apache.kafka.common.serialization.StringSerializer;

/** Administers a cluster with Kafka's own client: reads one command a line (JSON array of strings), answers each with one line {"ok":…} or {"error":…}, in order. */
public class Admin {
  public static void main(String[] args) throws Exception {
    var json = new ObjectMapper();
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", args[0]);
    config.put("request.timeout.ms", "5000");
    config.put("default.api.timeout.ms", "15000");
    config.put("metadata.max.age.ms", "1000");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    org.apache.kafka.clients.admin.Admin client = null;
    for (String line; (line = in.readLine()) != null; ) {
      Object answer;
      try {
        if (client == null) client = org.apache.kafka.clients.admin.Admin.create(config);
        answer = Collections.singletonMap("ok", run(client, json.readValue(line, String[].class)));
      } catch (ExecutionException e) {
        answer = Map.of("error", String.valueOf(e.getCause()));
      } catch (Exception e) {
        answer = Map.of("error", String.valueOf(e));
      }
      System.out.println(json.writeValueAsString(answer));
    }
    if (client != null) client.close(java.time.Duration.ofSeconds(1));
  }

  static Object run(org.apache.kafka.clients.admin.Admin client, String[] c) throws Exception {
    switch (c[0]) {
      case "brokers":
        return client.describeCluster().nodes().get().stream().map(n -> n.id()).sorted().toList();
      case "cluster-id":
        return client.describeCluster().clusterId().get();
      case "create": { // topic partitions replication [name=value…]
        var topic = new NewTopic(c[1], Integer.parseInt(c[2]), Short.parseShort(c[3]));
        topic.configs(Arrays.stream(c).skip(4).map(s -> s.split("=", 2)).collect(Collectors.toMap(p -> p[0], p -> p[1])));
        client.createTopics(List.of(topic)).all().get();
        return null;
      }
      case "delete":
        client.deleteTopics(List.of(c[1])).all().get();
        return null;
      case "topics":
        return client.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
      case "describe": { // topic…
        var all = new ArrayList<Map<String, Object>>();
        for (var topic : client.describeTopics(Arrays.asList(c).subList(1, c.length)).allTopicNames().get().values())
          for (var p : topic.partitions())
            all.add(Map.of("topic", topic.name(), "partition", p.partition(), "leader", p.leader() == null ? -1 : p.leader().id(),
                "replicas", p.replicas().stream().map(n -> n.id()).toList(), "isr", p.isr().stream().map(n -> n.id()).toList()));
        return all;
      }
      case "config": // topic name=value, or name= to take it back
        var pair = c[2].split("=", 2);
        var op = new AlterConfigOp(new ConfigEntry(pair[0], pair[1]), pair[1].isEmpty() ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET);
        client.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, c[1]), List.of(op))).all().get();
        return null;
      case "move": { // topic, then partition:replica+replica… ; the first replica becomes the leader
        Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new HashMap<>();
        for (int i = 2; i < c.length; i++) {
          var parts = c[i].split(":");
          wanted.put(new TopicPartition(c[1], Integer.parseInt(parts[0])),
              Optional.of(new NewPartitionReassignment(Arrays.stream(parts[1].split("\\+")).map(Integer::valueOf).toList())));
        }
        client.alterPartitionReassignments(wanted).all().get();
        var moved = 0;
        for (var each : client.electLeaders(ElectionType.PREFERRED, wanted.keySet()).partitions().get().values()) {
          if (each.isEmpty()) moved++;
          else if (!(each.get() instanceof ElectionNotNeededException || each.get() instanceof PreferredLeaderNotAvailableException)) throw (Exception) each.get();
        }
        return moved;
      }
      case "acl": { // allow|forget principal operation topic|group|cluster name
        var resource = new ResourcePattern(ResourceType.valueOf(c[4].toUpperCase()), c[5], PatternType.LITERAL);
        var entry = new AccessControlEntry("User:" + c[2], "*", AclOperation.valueOf(c[3].toUpperCase()), AclPermissionType.ALLOW);
        var binding = new AclBinding(resource, entry);
        if (c[1].equals("allow")) client.createAcls(List.of(binding)).all().get();
        else client.deleteAcls(List.of(binding.toFilter())).all().get();
        return null;
      }
      case "try": { // topic, then name=value of another client, which asks for the topic's partitions
        Map<String, Object> other = new HashMap<>();
        for (var option : Arrays.asList(c).subList(2, c.length)) other.put(option.split("=", 2)[0], option.split("=", 2)[1]);
        try (var guest = org.apache.kafka.clients.admin.Admin.create(other)) {
          return guest.describeTopics(List.of(c[1])).allTopicNames().get().get(c[1]).partitions().size();
        }
      }
      case "produce": { // bootstrap topic, then partition TAB key TAB id
        Map<String, Object> other = Map.of("bootstrap.servers", c[1], "acks", "all", "request.timeout.ms", "5000", "delivery.timeout.ms", "30000");
        try (var producer = new KafkaProducer<>(other, new StringSerializer(), new StringSerializer())) {
          var sent = new ArrayList<Future<?>>();
          for (var line : Arrays.asList(c).subList(3, c.length)) {
            var parts = line.split("\t");
            var record = new ProducerRecord<>(c[2], Integer.valueOf(parts[0]), parts[1], "{\"id\":\"" + parts[2] + "\"}");
            record.headers().add("fl-id", parts[2].getBytes(StandardCharsets.UTF_8));
            sent.add(producer.send(record));
          }
          for (var each : sent) each.get();
        }
        return null;
      }
      case "groups":
        return client.listGroups().all().get().stream().map(g -> g.groupId()).toList();
      default:
        throw new IllegalArgumentException("unknown command " + c[0]);
    }
  }
}
