import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic from its start to the end it had at the start, with Kafka's own consumer: shares no code with what wrote it.
 * Reader BOOTSTRAP TOPIC                prints each record as a line of JSON
 * Reader BOOTSTRAP TOPIC SENT           holds the records against a file of `key TAB id` in the order in which they were sent, and prints counts
 * Reader BOOTSTRAP TOPIC SENT REQUIRED  the same, where only those in the second file have to be there
 */
public class Reader {
  interface Sink {
    void take(ConsumerRecord<byte[], byte[]> record, String key, Map<String, String> headers) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    var json = new ObjectMapper();
    if (args.length > 2) {
      var count = new Count(Path.of(args[2]), Path.of(args[args.length - 1]));
      read(args[0], args[1], count);
      System.out.println(json.writeValueAsString(count.result()));
      return;
    }
    var out = new StringBuilder();
    read(args[0], args[1], (record, key, headers) -> {
      var line = new LinkedHashMap<String, Object>();
      line.put("partition", record.partition());
      line.put("offset", record.offset());
      line.put("key", key);
      line.put("headers", headers);
      line.put("value", text(record.value()));
      out.append(json.writeValueAsString(line)).append('\n');
    });
    System.out.print(out);
  }

  static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  static void read(String bootstrap, String topic, Sink sink) throws Exception {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrap);
    config.put("enable.auto.commit", "false");
    config.put("check.crcs", "true");
    try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p)))
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          Map<String, String> headers = new LinkedHashMap<>();
          for (var header : record.headers()) headers.put(header.key(), text(header.value()));
          sink.take(record, text(record.key()), headers);
        }
    }
  }

  static class Count implements Sink {
    /** By id: which key it belongs to, its place among those of the key, and how often it was read. */
    static class Sent {
      String key;
      int place;
      int seen;
      boolean required;
    }

    final Map<String, Sent> sent = new HashMap<>();
    final Map<String, Integer> newest = new HashMap<>();
    final Map<String, Integer> partitionOf = new HashMap<>();
    final Map<Integer, Integer> doubledIn = new TreeMap<>();
    final List<String> examples = new ArrayList<>();
    /** Partitions whose last record was a double: several in a row are one batch sent again. */
    final Set<Integer> inDoubles = new HashSet<>();
    int records, doubled, doubledRuns, outOfOrder, unexpected, mismatched, split;

    Count(Path all, Path required) throws Exception {
      Map<String, Integer> places = new HashMap<>();
      try (var lines = Files.lines(all)) {
        lines.forEach(line -> {
          var parts = line.split("\t");
          var one = new Sent();
          one.key = parts[0];
          one.place = places.merge(parts[0], 1, Integer::sum);
          if (sent.put(parts[1], one) != null) throw new IllegalStateException("sent twice: " + parts[1]);
        });
      }
      try (var lines = Files.lines(required)) {
        lines.forEach(line -> sent.get(line.split("\t")[1]).required = true);
      }
    }

    public void take(ConsumerRecord<byte[], byte[]> record, String key, Map<String, String> headers) {
      records++;
      var id = headers.get("fl-id");
      var one = id == null ? null : sent.get(id);
      if (one == null) {
        unexpected++;
        example("unexpected", record, id);
        return;
      }
      var value = text(record.value());
      if (!one.key.equals(key) || value == null || !value.contains(id)) mismatched++;
      if (!Integer.valueOf(record.partition()).equals(partitionOf.getOrDefault(key, record.partition()))) split++;
      partitionOf.put(key, record.partition());
      if (++one.seen > 1) {
        doubled++;
        doubledIn.merge(record.partition(), 1, Integer::sum);
        if (inDoubles.add(record.partition())) doubledRuns++;
        example("doubled", record, id);
        return;
      }
      inDoubles.remove(record.partition());
      // A double that comes late is no disorder: a reader that removes doubles never sees it.
      if (one.place < newest.getOrDefault(key, 0)) {
        outOfOrder++;
        example("out of order", record, id);
      } else newest.put(key, one.place);
    }

    void example(String what, ConsumerRecord<byte[], byte[]> record, String id) {
      if (examples.size() < 10) examples.add(what + " " + record.partition() + "/" + record.offset() + " " + id);
    }

    Map<String, Object> result() {
      var lost = 0;
      var expected = 0;
      for (var each : sent.entrySet()) {
        if (!each.getValue().required) continue;
        expected++;
        if (each.getValue().seen == 0) {
          lost++;
          if (examples.size() < 20) examples.add("lost " + each.getKey() + " of " + each.getValue().key);
        }
      }
      var result = new LinkedHashMap<String, Object>();
      result.put("expected", expected);
      result.put("records", records);
      result.put("lost", lost);
      result.put("doubled", doubled);
      result.put("doubledRuns", doubledRuns);
      result.put("outOfOrder", outOfOrder);
      result.put("unexpected", unexpected);
      result.put("mismatched", mismatched);
      result.put("split", split);
      result.put("doubledIn", doubledIn);
      result.put("examples", examples);
      return result;
    }
  }
}
