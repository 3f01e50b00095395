import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.utils.Utils;

/** Reads keys (base64 of their UTF-8 bytes, one a line) and prints the hash that Kafka's own producers place them by. */
public class Murmur2 {
  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new StringBuilder();
    for (String line; (line = in.readLine()) != null; )
      out.append(Utils.murmur2(Base64.getDecoder().decode(line))).append('\n');
    System.out.print(out);
  }
}
