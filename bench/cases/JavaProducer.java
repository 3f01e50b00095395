import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own producer with the records of kafka-records.ts: BROKERS TOPIC WARM_UP RECORDS. Prints milliseconds and CPU seconds of the counted ones. */
public class JavaProducer {
  private static final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  public static void main(String[] args) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("acks", "all");
    config.put("enable.idempotence", "true");
    config.put("max.in.flight.requests.per.connection", "5");
    config.put("linger.ms", "5");
    // About 1,000 of these records.
    config.put("batch.size", "370000");
    config.put("buffer.memory", "67108864");
    ByteArraySerializer bytes = new ByteArraySerializer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, bytes, bytes)) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int i = 0; i < 80_000; i++) {
        String key = "SYM" + i % 5000;
        String value = "{\"symbol\":\"" + key + "\",\"n\":" + i + ",\"fill\":\"";
        value += "x".repeat(339 - 2 - value.length()) + "\"}";
        records.add(new ProducerRecord<>(args[1], key.getBytes("UTF-8"), value.getBytes("UTF-8")));
      }
      send(producer, records, Integer.parseInt(args[2]));
      long started = System.nanoTime();
      long cpu = process.getProcessCpuTime();
      send(producer, records, Integer.parseInt(args[3]));
      System.out.println((System.nanoTime() - started) / 1e6 + " " + (process.getProcessCpuTime() - cpu) / 1e9);
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records, int count) {
    for (int i = 0; i < count; i++)
      producer.send(records.get(i % records.size()), (place, error) -> {
        if (error != null) throw new IllegalStateException(error);
      });
    producer.flush();
  }
}
