package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.inputs.Documents;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Steps of every method of a comparison, written down before anything is trained. A comparison that
 * goes on keeps its plan.
 *
 * @param options options that decide the comparison
 * @param methods methods in the order of the table
 */
public record ComparisonPlan(JsonNode options, List<Method> methods) {
  private static final String FILE = "compare.json";

  /**
   * A method of the comparison.
   *
   * @param name name of {@code --method}
   * @param notApplicable reason why it refuses the images; null when it does not
   * @param networks networks that it trains, one after the other; none when it refuses
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Method(String name, @Nullable String notApplicable, List<Network> networks) {
    public Method {
      networks = List.copyOf(networks);
    }

    /** Returns the steps of all networks, with {@code rounds} rounds each. */
    public long steps(int rounds) {
      return networks.stream().mapToLong(n -> n.count() * n.stepsPerRound() * rounds).sum();
    }

    /** Returns the images that all networks see together. */
    private double images(int rounds) {
      return networks.stream()
          .mapToDouble(n -> (double) n.count() * n.stepsPerRound() * rounds * n.batchSize())
          .sum();
    }

    /** Returns the minutes that all steps take at the measured speed. */
    public double minutes(int rounds) {
      return networks.stream()
          .mapToDouble(n -> n.count() * n.stepsPerRound() * rounds * n.secondsPerStep() / 60)
          .sum();
    }

    /** Returns the images a second over all networks, as measured. */
    public double imagesPerSecond(int rounds) {
      return images(rounds) / (60 * minutes(rounds));
    }
  }

  /**
   * Networks that train alike.
   *
   * @param method method whose recipe they have
   * @param count number of networks
   * @param stepsPerRound steps of a round of each
   * @param batchSize images of a step
   * @param secondsPerStep measured seconds
   */
  public record Network(
      String method, int count, long stepsPerRound, int batchSize, double secondsPerStep) {
    /** Returns the whole steps that fit into a time. */
    public static long steps(double seconds, double secondsPerStep) {
      return (long) (seconds / secondsPerStep);
    }
  }

  public ComparisonPlan {
    methods = List.copyOf(methods);
  }

  /** Returns the file of a comparison's plan. */
  public static String file(String root) {
    return StoreFiles.resolve(root, FILE);
  }

  /** Returns the plan of a comparison that has been started. */
  public static Optional<ComparisonPlan> find(String root) {
    return Documents.find(ComparisonPlan.class, file(root));
  }

  /** Writes the plan whole or not at all. */
  public void write(String root) {
    Documents.write(file(root), this);
  }
}
