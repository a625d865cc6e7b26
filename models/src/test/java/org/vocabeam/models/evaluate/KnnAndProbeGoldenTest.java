package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.training.EmbeddingSpread;

/**
 * Checks evaluation against DINO's k-NN, lightly's collapse metric and OBoW's few-shot and linear
 * classifiers.
 */
class KnnAndProbeGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("knn_and_probe");
  private static final JsonNode CONFIG = GOLDEN.get("config");
  private static final JsonNode INPUTS = GOLDEN.get("inputs");
  private static final JsonNode EXPECTED = GOLDEN.get("expected");
  private static final int CLASSES = CONFIG.get("classes").asInt();

  private static Tensor input(String name) {
    return Golden.tensor(INPUTS.get(name));
  }

  private static LabelledFeatures train() {
    Tensor features = input("train_features");
    return new LabelledFeatures(features.dim(1), features.floats(), input("train_labels").ints());
  }

  private static int[] testLabels() {
    return input("test_labels").ints();
  }

  /** Returns the first rows of a matrix, as many as are expected. */
  private static float[] firstRows(Tensor expected, float[] actual) {
    return Arrays.copyOf(actual, expected.values().length);
  }

  @Test
  void weightedNearestNeighbours() {
    LabelledFeatures train = train();
    int k = CONFIG.get("k").asInt();
    JsonNode temperatures = EXPECTED.get("knn");
    assertEquals(CONFIG.get("temperatures").size(), temperatures.size());
    try (NearestNeighbours knn = new NearestNeighbours(train.width(), k, CLASSES)) {
      Neighbours neighbours =
          knn.search(input("test_features").floats(), List.of(train).iterator());
      for (String name : Golden.names(temperatures)) {
        JsonNode expected = temperatures.get(name);
        double temperature = Double.parseDouble(name.substring(name.lastIndexOf('_') + 1));
        ClassScores votes = knn.vote(neighbours, temperature);

        assertArrayEquals(
            Golden.tensor(expected.get("predicted_class")).ints(), votes.predicted(), name);
        Tensor scores = Golden.tensor(expected.get("class_scores_first10"));
        Golden.assertClose(
            name + " class scores",
            scores.values(),
            firstRows(scores, votes.values()),
            Golden.FLOAT32);
        assertEquals(
            expected.get("top1_percent").asDouble(), 100 * votes.accuracy(testLabels()), 1e-9);
        assertEquals(
            expected.get("top5_percent").asDouble(), 100 * votes.accuracy(testLabels(), 5), 1e-9);
      }
    }
  }

  @Test
  void standardDeviationOfNormalisedEmbeddings() {
    JsonNode expected = EXPECTED.get("std_of_l2_normalised");
    for (String name : Golden.names(expected)) {
      Tensor embeddings = input(INPUTS.has(name) ? name : "collapse_" + name);
      try (ProgramWriter writer = new ProgramWriter()) {
        Operand<TFloat32> rows = writer.input("rows", TFloat32.class, embeddings.shape());
        writer.signature(
            "spread", Map.of("rows", rows), Map.of("std", EmbeddingSpread.of(writer.ops(), rows)));
        try (Program program = Program.load(writer)) {
          Golden.assertClose(
              name,
              expected.get(name).asDouble(),
              program.run("spread", Map.of("rows", embeddings.floats()))[0],
              Golden.FLOAT32);
        }
      }
    }
  }

  @Test
  void fewShotByPrototypes() {
    JsonNode config = CONFIG.get("few_shot");
    JsonNode inputs = INPUTS.get("few_shot");
    JsonNode expected = EXPECTED.get("few_shot");
    Tensor support = Golden.tensor(inputs.get("support_features"));
    Tensor queries = Golden.tensor(inputs.get("query_features"));
    int[] supportLabels = Golden.tensor(inputs.get("support_labels")).ints();
    int[] queryLabels = Golden.tensor(inputs.get("query_labels")).ints();
    int way = config.get("way").asInt();
    int episodes = config.get("episodes").asInt();
    int width = support.dim(2);
    assertEquals(way * config.get("shot").asInt(), support.dim(1));
    assertEquals(way * config.get("queries_per_class").asInt(), queries.dim(1));
    double[] perEpisode = Golden.doubles(expected.get("top1_percent_per_episode"));
    assertEquals(episodes, perEpisode.length);

    float[] scores = new float[0];
    double crossEntropy = 0;
    double accuracy = 0;
    try (Prototypes prototypes =
        new Prototypes(
            width, way, support.dim(1), queries.dim(1), config.get("scale").asDouble())) {
      for (int episode = 0; episode < episodes; episode++) {
        ClassScores episodeScores =
            prototypes.scores(
                slice(support.floats(), episode, support.dim(1) * width),
                slice(supportLabels, episode, support.dim(1)),
                slice(queries.floats(), episode, queries.dim(1) * width));
        int[] labels = slice(queryLabels, episode, queries.dim(1));
        scores = concat(scores, episodeScores.values());
        crossEntropy += episodeScores.crossEntropy(labels) / episodes;
        accuracy += 100 * episodeScores.accuracy(labels) / episodes;
        assertEquals(perEpisode[episode], 100 * episodeScores.accuracy(labels), 1e-9);
      }
    }
    Golden.assertClose(
        "scores", Golden.tensor(expected.get("scores")).values(), scores, Golden.FLOAT32);
    Golden.assertClose(
        "cross entropy", expected.get("cross_entropy").asDouble(), crossEntropy, Golden.FLOAT32);
    assertEquals(expected.get("top1_percent").asDouble(), accuracy, 1e-9);
  }

  @Test
  void linearProbe() {
    JsonNode config = CONFIG.get("linear_probe");
    JsonNode inputs = INPUTS.get("linear_probe");
    JsonNode expected = EXPECTED.get("linear_probe");
    assertEquals(config.get("bn_eps").asDouble(), Layers.EPSILON, 1e-12);
    LabelledFeatures train = train();
    Sgd optimizer =
        new Sgd(config.get("momentum").asDouble(), config.get("weight_decay").asDouble(), false);
    try (LinearProbe probe = new LinearProbe(train.width(), CLASSES, train.rows(), optimizer)) {
      probe.restore(
          Map.of(
              LinearProbe.WEIGHT, Golden.tensor(inputs.get("initial_weight")).kernel().floats(),
              LinearProbe.BIAS, Golden.tensor(inputs.get("initial_bias")).floats()));
      List<Float> losses = new ArrayList<>();
      for (int step = 1; step <= config.get("steps").asInt(); step++) {
        losses.add(probe.train(train, config.get("lr").asDouble(), step));
      }
      double[] expectedLosses = Golden.doubles(expected.get("loss_per_step"));
      assertEquals(expectedLosses.length, losses.size());
      for (int step = 0; step < expectedLosses.length; step++) {
        Golden.assertClose(
            "loss of step " + step, expectedLosses[step], losses.get(step), Golden.FLOAT32);
      }

      Map<String, float[]> state = probe.state();
      Golden.assertClose(
          "weight",
          Golden.tensor(expected.get("weight")).kernel().values(),
          state.get(LinearProbe.WEIGHT),
          Golden.FLOAT32);
      Golden.assertClose(
          "bias",
          Golden.tensor(expected.get("bias")).values(),
          state.get(LinearProbe.BIAS),
          Golden.FLOAT32);
      for (String statistic : List.of("running_mean", "running_var")) {
        Golden.assertClose(
            statistic,
            Golden.tensor(expected.get("bn." + statistic)).values(),
            state.get(LinearProbe.NORM + "." + statistic),
            Golden.FLOAT32);
      }

      ClassScores logits = probe.predict(input("test_features").floats());
      Tensor first = Golden.tensor(expected.get("eval_logits_first10"));
      Golden.assertClose(
          "logits", first.values(), firstRows(first, logits.values()), Golden.FLOAT32);
      assertEquals(
          expected.get("test_top1_percent").asDouble(), 100 * logits.accuracy(testLabels()), 1e-9);
    }
  }

  private static float[] slice(float[] values, int index, int length) {
    return Arrays.copyOfRange(values, index * length, (index + 1) * length);
  }

  private static int[] slice(int[] values, int index, int length) {
    return Arrays.copyOfRange(values, index * length, (index + 1) * length);
  }

  private static float[] concat(float[] a, float[] b) {
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
