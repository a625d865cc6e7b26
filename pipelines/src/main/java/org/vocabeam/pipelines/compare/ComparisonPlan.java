package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * How long every method of a comparison trains: written down before anything is trained, and taken
 * over by whoever goes on.
 *
 * @param options that decide the comparison
 * @param methods in the order of the table
 */
public record ComparisonPlan(JsonNode options, List<Method> methods) {
  private static final String FILE = "compare.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * A method of the comparison.
   *
   * @param name of {@code --method}
   * @param notApplicable why it refuses the images; null when it does not
   * @param networks that it trains, one after the other; none when it refuses
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Method(String name, @Nullable String notApplicable, List<Network> networks) {
    public Method {
      networks = List.copyOf(networks);
    }

    /** Steps of all networks, of {@code rounds} rounds each. */
    public long steps(int rounds) {
      return networks.stream().mapToLong(n -> n.count() * n.stepsPerRound() * rounds).sum();
    }

    /** Images that all networks see together. */
    private double images(int rounds) {
      return networks.stream()
          .mapToDouble(n -> (double) n.count() * n.stepsPerRound() * rounds * n.batchSize())
          .sum();
    }

    /** Minutes that all steps take at the measured speed. */
    public double minutes(int rounds) {
      return networks.stream()
          .mapToDouble(n -> n.count() * n.stepsPerRound() * rounds * n.secondsPerStep() / 60)
          .sum();
    }

    /** Images a second over all networks, as measured. */
    public double imagesPerSecond(int rounds) {
      return images(rounds) / (60 * minutes(rounds));
    }
  }

  /**
   * Networks that train alike.
   *
   * @param method whose recipe they have
   * @param count of them
   * @param stepsPerRound of each
   * @param batchSize images of a step
   * @param secondsPerStep as measured
   */
  public record Network(
      String method, int count, long stepsPerRound, int batchSize, double secondsPerStep) {
    /** The whole steps that fit into a time. */
    public static long steps(double seconds, double secondsPerStep) {
      return (long) (seconds / secondsPerStep);
    }
  }

  public ComparisonPlan {
    methods = List.copyOf(methods);
  }

  /** The file of a comparison's plan. */
  public static String file(String root) {
    return StoreFiles.resolve(root, FILE);
  }

  /** The plan of a comparison that has been started. */
  public static Optional<ComparisonPlan> find(String root) {
    String file = file(root);
    try {
      Optional<String> text = StoreFiles.find(file);
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(JSON.readValue(text.get(), ComparisonPlan.class));
    } catch (JsonProcessingException e) {
      throw new UserError(
          file + " is no plan of a comparison; remove it, or give another --output", e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Writes it whole or not at all. */
  public void write(String root) {
    try {
      StoreFiles.write(file(root), JSON.writeValueAsString(this) + "\n");
    } catch (IOException e) {
      throw new UserError("cannot use " + root + " as the output: " + e.getMessage(), e);
    }
  }
}
