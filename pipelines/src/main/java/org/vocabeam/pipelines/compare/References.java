package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.SignalPlan;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.LabelStage;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Networks of a comparison. Each stands beside its methods with random weights, as they are and
 * normalised, and trained on labels from them.
 *
 * @param output directory of the comparison
 * @param networks in the order of the table
 */
record References(String output, List<Network> networks) {
  /** Random weights with batch norm statistics of the images, as features. */
  private static final String NORMALISED = "normalised";

  /** Steps of those statistics, of which then 0.9^50 is what they started from. */
  private static final long STATISTICS_STEPS = 50;

  /**
   * A network.
   *
   * @param name name of a preset's network; where others of that name differ from it in features or
   *     regularization, with the name of its first method behind it
   * @param methods methods that train it
   */
  record Network(String name, List<ComparisonPlan.Method> methods) {
    /** Returns the name for a result; null for pixels, which no network has seen. */
    @Nullable String nameFor(MetricRecord result) {
      return result.features().equals(Evaluation.PIXELS) ? null : name;
    }

    private Network distinct(Collection<Network> all) {
      return all.stream().filter(other -> other.name.equals(name)).count() == 1
          ? this
          : new Network(name + "-" + first().name(), methods);
    }

    /** Returns the first method that trains it. */
    private ComparisonPlan.Method first() {
      return methods.get(0);
    }
  }

  References {
    networks = List.copyOf(networks);
  }

  /** Returns the networks of the methods that can be trained. */
  static References of(ComparisonPlan plan, Measurement measurement) {
    Comparison comparison = measurement.comparison();
    long seed = comparison.seeds().get(0);
    Map<JsonNode, Network> networks = new LinkedHashMap<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      if (!method.networks().isEmpty()) {
        RecipeChoice choice = comparison.entries().choice(method.name(), seed);
        networks
            .computeIfAbsent(
                start(measurement.recipe(method, seed)),
                start ->
                    new Network(
                        Methods.preset(choice.method(), choice.preset()).network(),
                        new ArrayList<>()))
            .methods()
            .add(method);
      }
    }
    return new References(
        comparison.output(),
        networks.values().stream().map(n -> n.distinct(networks.values())).toList());
  }

  /** Returns what the features of random weights depend on, beside the seed. */
  private static JsonNode start(Recipe recipe) {
    return ((ObjectNode) Methods.toTree(recipe)).retain("backbone", "images", "normalisation");
  }

  /** Returns the network that a method trains. */
  Network of(ComparisonPlan.Method method) {
    return networks.stream().filter(n -> n.methods().contains(method)).findFirst().orElseThrow();
  }

  /** Returns the directory of the evaluation of a network. */
  String directory(Network network, long seed) {
    String one = "reference/seed-" + seed;
    return StoreFiles.resolve(
        output, networks.size() == 1 ? one : "reference/" + network.name() + "/seed-" + seed);
  }

  /**
   * Measures random weights of a network, as they are and normalised, and with the first network
   * pixels.
   */
  List<MetricRecord> measure(Network network, long seed, Measurement measurement) {
    Recipe recipe = measurement.recipe(network.first(), seed);
    RecipeChoice choice = measurement.comparison().entries().choice(network.first().name(), seed);
    String directory = directory(network, seed);
    Map<String, String> weights =
        Map.of(
            "backbone", Methods.toTree(recipe).at("/backbone").toString(),
            "normalisation", Methods.toTree(recipe).at("/normalisation").toString());
    List<MetricRecord> metrics =
        measurement.measure(
            FeatureSource.random(recipe, measurement.comparison().pooling().pooling()),
            network.equals(networks.get(0)),
            weights,
            directory,
            seed);
    metrics.addAll(normalised(choice, directory, measurement));
    metrics.addAll(measurement.fineTune(choice, null, directory));
    return metrics;
  }

  /**
   * Measures where every method starts: random weights whose batch norm has statistics of the
   * images, by steps of supervised training at the rate 0.
   */
  private static List<MetricRecord> normalised(
      RecipeChoice choice, String directory, Measurement measurement) {
    long seed = choice.seed();
    Optional<String> unlearnable = measurement.labels().unlearnable();
    if (unlearnable.isPresent()) {
      return measurement.comparison().evaluation(seed).leftOut(NORMALISED, unlearnable.get());
    }
    String run = StoreFiles.resolve(directory, NORMALISED);
    RoundPlan plan = RoundPlan.alone(1, STATISTICS_STEPS).with(SignalPlan.OFF);
    Recipe recipe =
        measurement
            .supervised(choice, null, plan.steps())
            .withSchedule(new RateSchedule.Cosine(0, 0, 0));
    TrainingData data =
        new LabelStage(measurement.training(), new LabelShare(1, seed), true, run)
            .run(measurement.runner());
    new Pretraining("finetune", recipe, data, null, run, plan).run(measurement.runner());
    String checkpoint = RunDirectory.checkpointOf(run);
    FeatureSource features =
        FeatureSource.trained(checkpoint, measurement.comparison().pooling().pooling());
    return measurement.measure(features.named(NORMALISED), checkpoint, run, seed);
  }
}
