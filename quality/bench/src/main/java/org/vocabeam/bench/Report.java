package org.vocabeam.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The result of a run.
 *
 * @param version of Vocabeam
 * @param settings option to value
 */
public record Report(
    String version, Machine machine, Map<String, String> settings, List<Measurement> measurements) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final MathContext DIGITS = new MathContext(4);

  /** The machine and the settings, a line each. */
  public String head() {
    return String.format(
        Locale.ROOT,
        "Vocabeam %s%n%s, %d processors, %s%n%s, heap %d MB; TensorFlow threads: %d%n"
            + "load average at start: %.2f%n%s%n",
        version,
        machine.processor().isEmpty() ? "unknown processor" : machine.processor(),
        machine.processors(),
        machine.system(),
        machine.jvm(),
        machine.heapMegabytes(),
        machine.processors(),
        machine.loadAverage(),
        settings);
  }

  /** One line a measurement: what, which number of it, value, unit. */
  public static String table(List<Measurement> measurements) {
    StringBuilder table = new StringBuilder();
    for (Measurement m : measurements) {
      table.append(
          String.format(
              "%-7s %-44s %-46s %10s %s%n",
              m.part(), m.of(), m.quantity(), rounded(m.value()), m.unit()));
    }
    return table.toString();
  }

  private static String rounded(double value) {
    return new BigDecimal(value).round(DIGITS).toPlainString();
  }

  public String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
