package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.replicas.Combination;
import org.vocabeam.models.replicas.Combination.Momentum;
import org.vocabeam.models.replicas.Combination.Statistics;
import org.vocabeam.models.replicas.Combination.Weights;
import picocli.CommandLine.Option;

/** Mixin of the commands that train in rounds: how the replicas of a round become one student. */
final class CombinationArguments {
  @Option(
      names = "--replicaWeights",
      order = Sections.COMBINATION,
      paramLabel = "NAME",
      description =
          "Combined weights: mean, or nesterov, an outer step along the mean of the"
              + " replicas' moves. Default: mean.")
  private @Nullable String weights;

  @Option(
      names = "--outerRate",
      order = Sections.COMBINATION,
      paramLabel = "RATE",
      description = "Rate of the outer step of nesterov, positive. Default: 0.7.")
  private @Nullable Double outerRate;

  @Option(
      names = "--outerMomentum",
      order = Sections.COMBINATION,
      paramLabel = "X",
      description = "Momentum of the outer step of nesterov, in [0, 1). Default: 0.9.")
  private @Nullable Double outerMomentum;

  @Option(
      names = "--replicaMomentum",
      order = Sections.COMBINATION,
      paramLabel = "NAME",
      description =
          "State of the optimizers at the start of a round: keep (each its own), mean"
              + " or reset. Default: mean.")
  private @Nullable String momentum;

  @Option(
      names = "--replicaStatistics",
      order = Sections.COMBINATION,
      paramLabel = "NAME",
      description =
          "Combined statistics of batch norm: mean, or estimate, from forward passes of"
              + " the combined student. Default: mean.")
  private @Nullable String statistics;

  @Option(
      names = "--statisticsBatches",
      order = Sections.COMBINATION,
      paramLabel = "N",
      description = "Batches of estimate, at most the steps of a round. Default: 32.")
  private @Nullable Integer statisticsBatches;

  /** Returns the combination, or null for one replica, which is combined with nothing. */
  @Nullable Combination of(int replicas) {
    if (replicas == 1) {
      String only = "only several --replicas are combined";
      refuse("--replicaWeights", weights, only);
      refuse("--outerRate", outerRate, only);
      refuse("--outerMomentum", outerMomentum, only);
      refuse("--replicaMomentum", momentum, only);
      refuse("--replicaStatistics", statistics, only);
      refuse("--statisticsBatches", statisticsBatches, only);
      return null;
    }
    Combination usual = Combination.usual();
    return new Combination(
        weights == null ? usual.weights() : weights(weights),
        momentum == null ? usual.momentum() : momentum(momentum),
        statistics == null ? usual.statistics() : statistics(statistics));
  }

  private Weights weights(String name) {
    return switch (name) {
      case "mean" -> {
        String only = "only --replicaWeights=nesterov has it";
        refuse("--outerRate", outerRate, only);
        refuse("--outerMomentum", outerMomentum, only);
        yield new Weights.Mean();
      }
      case "nesterov" ->
          new Weights.Nesterov(
              outerRate == null ? 0.7 : outerRate, outerMomentum == null ? 0.9 : outerMomentum);
      default -> throw unknown("--replicaWeights", name, "mean or nesterov");
    };
  }

  private static Momentum momentum(String name) {
    return switch (name) {
      case "keep" -> Momentum.KEEP;
      case "mean" -> Momentum.MEAN;
      case "reset" -> Momentum.RESET;
      default -> throw unknown("--replicaMomentum", name, "keep, mean or reset");
    };
  }

  private Statistics statistics(String name) {
    return switch (name) {
      case "mean" -> {
        refuse(
            "--statisticsBatches", statisticsBatches, "only --replicaStatistics=estimate has it");
        yield new Statistics.Mean();
      }
      case "estimate" ->
          new Statistics.Estimate(statisticsBatches == null ? 32 : statisticsBatches);
      default -> throw unknown("--replicaStatistics", name, "mean or estimate");
    };
  }

  private static void refuse(String option, @Nullable Object value, String reason) {
    if (value != null) {
      throw new UserError(option + " is " + value + ", but " + reason + "; leave it out");
    }
  }

  private static UserError unknown(String option, String actual, String allowed) {
    return new UserError(option + " is " + actual + ", must be " + allowed);
  }
}
