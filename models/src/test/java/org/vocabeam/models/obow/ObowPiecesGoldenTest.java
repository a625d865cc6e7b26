package org.vocabeam.models.obow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vocabeam.models.Golden.FLOAT32;
import static org.vocabeam.models.Golden.GRADIENT;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.doubles;
import static org.vocabeam.models.Golden.load;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.stream;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.training.TrainingStep;

/** Every piece of OBoW against the authors' code. */
class ObowPiecesGoldenTest {

  @Test
  void bagsOfWords() {
    JsonNode golden = load("obow_bow_extraction");
    for (String variant : names(golden.at("/config/variants"))) {
      checkBags(golden, variant, true);
    }
  }

  @Test
  void distanceScaledBeforeItMovesIsRejected() {
    JsonNode golden = load("obow_bow_extraction");
    String variant =
        names(golden.at("/config/variants")).stream()
            .filter(v -> golden.at("/config/variants/" + v + "/training").asBoolean())
            .filter(v -> !golden.at("/config/variants/" + v + "/inv_delta").isNull())
            .findFirst()
            .orElseThrow();
    assertThrows(AssertionError.class, () -> checkBags(golden, variant, false));
  }

  private static void checkBags(JsonNode golden, String variant, boolean moveFirst) {
    JsonNode config = golden.get("config");
    JsonNode settings = config.get("variants").get(variant);
    JsonNode common = golden.at("/expected/common_to_all_variants");
    JsonNode expected = golden.at("/expected/variants").get(variant);
    double m = settings.get("m_in").asDouble();
    double decay = config.get("decay").asDouble();
    boolean training = settings.get("training").asBoolean();
    int images = config.get("B").asInt();
    int words = config.get("K").asInt();
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> features =
          sandbox.floats(tensor(golden.at("/inputs/feature_map")).channelsLast());
      Operand<TFloat32> map =
          VisualWords.cropBorder(tf, features, config.get("border_crop").asInt());
      Operand<TFloat32> distances =
          VisualWords.squaredDistances(
              tf, map, sandbox.floats(tensor(golden.at("/inputs/vocabulary"))));
      Operand<TFloat32> mu = VisualWords.meanNearestDistance(tf, distances);
      double moved =
          training ? decay * m + (1 - decay) * common.get("min_distance_mean_mu").asDouble() : m;
      assertClose(
          variant + " mu",
          common.get("min_distance_mean_mu").asDouble(),
          sandbox.run(mu)[0],
          FLOAT32);
      assertClose(variant + " m", expected.get("m_out").asDouble(), moved, FLOAT32);

      Operand<TFloat32> codes =
          VisualWords.assign(
              tf,
              distances,
              tf.constant((float) (moveFirst ? moved : m)),
              settings.get("inv_delta").isNull() ? null : settings.get("inv_delta").asDouble());
      VisualWords.Reduction reduction =
          settings.get("bow_pool").asText().equals("max")
              ? VisualWords.Reduction.MAX
              : VisualWords.Reduction.AVERAGE;
      Operand<TFloat32> bags = VisualWords.reduce(tf, codes, images, reduction);
      assertClose(
          variant + " nearest",
          tensor(common.get("min_distance")).values(),
          sandbox.run(tf.min(distances, tf.constant(1))),
          FLOAT32);
      Tensor nearest = tensor(common.get("nearest_word"));
      float[] actualNearest =
          sandbox.run(tf.dtypes.cast(tf.math.argMin(distances, tf.constant(1)), TFloat32.class));
      for (int i = 0; i < actualNearest.length; i++) {
        assertEquals((float) nearest.values()[i], actualNearest[i], variant + " word of " + i);
      }
      // [K, h, w] of image 0 against the first h w rows of [B h w, K].
      checkImage0(variant + " distance", common.get("distance_image0"), sandbox.run(distances));
      if (expected.has("codes_image0")) {
        checkImage0(variant + " code", expected.get("codes_image0"), sandbox.run(codes));
      }
      assertClose(
          variant + " bag",
          tensor(expected.get("bow_target")).values(),
          sandbox.run(bags),
          FLOAT32);
      assertClose(
          variant + " perplexity of images",
          expected.get("perplexity_per_image_mean").asDouble(),
          sandbox.run(VisualWords.perplexityPerImage(tf, bags))[0],
          FLOAT32);
      assertClose(
          variant + " perplexity of batch",
          expected.get("perplexity_of_batch").asDouble(),
          sandbox.run(VisualWords.perplexityOfBatch(tf, bags))[0],
          FLOAT32);
      if (training) {
        checkVocabulary(sandbox, golden, variant, map, words);
      }
    }
  }

  private static void checkVocabulary(
      Sandbox sandbox, JsonNode golden, String variant, Operand<TFloat32> map, int words) {
    JsonNode expected = golden.at("/expected/variants").get(variant);
    JsonNode drawn = golden.at("/inputs/random_location").get(variant);
    // A global average has no location.
    int[] locations = drawn == null ? new int[(int) map.shape().get(0)] : tensor(drawn).ints();
    Ops tf = sandbox.tf();
    Vocabulary vocabulary =
        new Vocabulary(sandbox.variables(), "v", words, (int) map.shape().get(3));
    Operand<TFloat32> vectors =
        Vocabulary.sample(
            tf,
            map,
            sandbox.ints(locations, locations.length),
            update(golden.at("/config/variants").get(variant).get("update_type").asText()));
    vocabulary.push(tf, vectors);
    sandbox.write(
        Map.of(
            "vocabulary.v",
            tensor(golden.at("/inputs/vocabulary")).floats(),
            "vocabulary.v.pointer",
            new float[] {golden.at("/config/pointer_in").asInt()}));
    sandbox.run(
        tf.withControlDependencies(sandbox.variables().updates()).identity(tf.constant(0f)));
    assertClose(
        variant + " vocabulary",
        tensor(expected.get("vocabulary_out")).values(),
        sandbox.read("vocabulary.v"),
        FLOAT32);
    assertEquals(
        expected.get("pointer_out").asInt(), (int) sandbox.read("vocabulary.v.pointer")[0]);
  }

  private static void checkImage0(String what, JsonNode wordsFirst, float[] rows) {
    Tensor tensor = tensor(wordsFirst).transpose(1, 2, 0);
    float[] first = java.util.Arrays.copyOf(rows, tensor.values().length);
    assertClose(what, tensor.values(), first, FLOAT32);
  }

  private static Vocabulary.Update update(String name) {
    return Vocabulary.Update.valueOf(name.toUpperCase(java.util.Locale.ROOT));
  }

  @Test
  void vocabularyQueue() {
    JsonNode golden = load("obow_vocabulary_update");
    JsonNode config = golden.get("config");
    Tensor maps = tensor(golden.at("/inputs/feature_maps"));
    int steps = config.get("steps").asInt();
    for (JsonNode type : config.get("update_types")) {
      JsonNode expected = golden.get("expected").get(type.asText());
      JsonNode locations = golden.at("/inputs/random_location").get(type.asText());
      try (Sandbox sandbox = new Sandbox()) {
        Ops tf = sandbox.tf();
        Variables variables = sandbox.variables();
        int images = config.get("B").asInt();
        Vocabulary vocabulary =
            new Vocabulary(variables, "v", config.get("K").asInt(), config.get("C").asInt());
        long[] shape = {images, maps.dim(3), maps.dim(4), maps.dim(2)};
        Operand<TFloat32> map =
            sandbox.floats(new float[images * maps.dim(3) * maps.dim(4) * maps.dim(2)], shape);
        Operand<TInt32> location = sandbox.ints(new int[images], images);
        // A file that does not say has the reference's border of one cell.
        Operand<TFloat32> cropped =
            VisualWords.cropBorder(tf, map, config.path("border_crop").asInt(1));
        Operand<TFloat32> m =
            tf.math.add(
                tf.math.mul(
                    variables.variable(
                        "", "m", Role.STATISTIC, org.vocabeam.models.graph.Initializer.ZEROS),
                    tf.constant((float) config.get("decay").asDouble())),
                tf.math.mul(
                    VisualWords.meanNearestDistance(
                        tf, VisualWords.squaredDistances(tf, cropped, vocabulary.words())),
                    tf.constant((float) (1 - config.get("decay").asDouble()))));
        variables.assign("m", m);
        Operand<TFloat32> vectors = Vocabulary.sample(tf, cropped, location, update(type.asText()));
        vocabulary.push(tf, vectors);
        Operand<TFloat32> step =
            tf.withControlDependencies(variables.updates()).identity(tf.constant(0f));
        sandbox.write(
            Map.of(
                "vocabulary.v", tensor(golden.at("/inputs/vocabulary")).floats(),
                "vocabulary.v.pointer", new float[] {config.get("pointer_in").asInt()},
                "m", new float[] {(float) config.get("m_in").asDouble()}));
        double[] words = tensor(expected.get("vocabulary_after_step")).values();
        for (int t = 0; t < steps; t++) {
          sandbox.set(map, slice(maps, t, steps).channelsLast().floats());
          if (locations != null) {
            sandbox.set(location, slice(tensor(locations), t, steps).ints());
          }
          sandbox.run(step);
          int size = words.length / steps;
          String what = type.asText() + " step " + t;
          assertClose(
              what,
              java.util.Arrays.copyOfRange(words, t * size, (t + 1) * size),
              sandbox.read("vocabulary.v"),
              FLOAT32);
          assertEquals(
              expected.get("pointer_after_step").get(t).asInt(),
              (int) sandbox.read("vocabulary.v.pointer")[0],
              what);
          assertClose(
              what + " m",
              expected.get("m_after_step").get(t).asDouble(),
              sandbox.read("m")[0],
              FLOAT32);
        }
      }
    }
  }

  private static Tensor slice(Tensor tensor, int index, int count) {
    int size = tensor.values().length / count;
    return new Tensor(
        java.util.Arrays.copyOfRange(tensor.shape(), 1, tensor.shape().length),
        java.util.Arrays.copyOfRange(tensor.values(), index * size, (index + 1) * size));
  }

  @Test
  void predictionHead() {
    JsonNode golden = load("obow_prediction_head");
    JsonNode config = golden.get("config");
    for (String name : names(config.get("cases"))) {
      JsonNode inputs = golden.get("inputs").get(name);
      JsonNode expected = golden.get("expected").get(name);
      try (Sandbox sandbox = new Sandbox()) {
        Ops tf = sandbox.tf();
        Variables variables = sandbox.variables();
        List<Operand<TFloat32>> features =
            stream(golden.at("/inputs/features")).map(f -> sandbox.floats(tensor(f))).toList();
        List<Operand<TFloat32>> weights = new ArrayList<>();
        List<Operand<TFloat32>> evalWeights = new ArrayList<>();
        Layers training = new Layers(tf, variables.scope(""), Mode.TRAINING);
        Layers inference = new Layers(tf, variables.scope(""), Mode.INFERENCE);
        int levels = inputs.get("generator").size();
        Map<String, float[]> state = new LinkedHashMap<>();
        for (int level = 0; level < levels; level++) {
          Operand<TFloat32> words = sandbox.floats(tensor(inputs.get("vocabulary").get(level)));
          int width = config.get("D").asInt();
          // Inference first: its statistics are those from before the training pass.
          evalWeights.add(WordToWeight.generate(inference.in("" + level), words, width));
          weights.add(WordToWeight.generate(training.in("" + level), words, width));
          JsonNode generator = inputs.get("generator").get(level);
          for (String parameter : names(generator)) {
            state.put(level + "." + parameter, tensor(generator.get(parameter)).kernel().floats());
          }
        }
        double kappa = config.get("kappa").asDouble();
        List<Operand<TFloat32>> cropLosses = new ArrayList<>();
        List<List<Operand<TFloat32>>> levelLosses = new ArrayList<>();
        List<List<Operand<TFloat32>>> logits = new ArrayList<>();
        for (Operand<TFloat32> f : features) {
          List<Operand<TFloat32>> lossesOfLevels = new ArrayList<>();
          List<Operand<TFloat32>> logitsOfLevels = new ArrayList<>();
          for (int level = 0; level < levels; level++) {
            Operand<TFloat32> l = WordToWeight.logits(training, f, weights.get(level), kappa);
            logitsOfLevels.add(l);
            lossesOfLevels.add(
                BagLoss.divergence(
                    tf, l, sandbox.floats(tensor(inputs.get("bow_target").get(level)))));
          }
          logits.add(logitsOfLevels);
          levelLosses.add(lossesOfLevels);
          cropLosses.add(tf.math.div(tf.math.addN(lossesOfLevels), tf.constant((float) levels)));
        }
        Operand<TFloat32> total = tf.math.addN(cropLosses);
        sandbox.write(state);
        List<VariableSpec> trained = variables.specs(Role.TRAINED);
        List<Operand<TFloat32>> gradients =
            TrainingStep.gradients(sandbox.graph(), variables, total, trained);
        Operand<?>[] featureGradients =
            sandbox
                .graph()
                .addGradients(
                    total.asOutput(),
                    features.stream()
                        .map(Operand::asOutput)
                        .toArray(org.tensorflow.Output<?>[]::new));

        for (int level = 0; level < levels; level++) {
          assertClose(
              "weights",
              tensor(expected.get("generated_weights").get(level)).values(),
              sandbox.run(weights.get(level)),
              FLOAT32);
        }
        sandbox.write(state);
        for (int level = 0; level < levels; level++) {
          assertClose(
              "inference",
              tensor(expected.get("eval_mode_logits_crop_type_0").get(level)).values(),
              sandbox.run(
                  WordToWeight.logits(inference, features.get(0), evalWeights.get(level), kappa)),
              FLOAT32);
        }
        for (int crop = 0; crop < features.size(); crop++) {
          assertClose(
              "loss",
              expected.get("loss_per_crop_type").get(crop).asDouble(),
              sandbox.run(cropLosses.get(crop))[0],
              FLOAT32);
          for (int level = 0; level < levels; level++) {
            assertClose(
                "logits",
                tensor(expected.get("logits").get(crop).get(level)).values(),
                sandbox.run(logits.get(crop).get(level)),
                FLOAT32);
            assertClose(
                "loss of level",
                expected.get("loss_per_crop_type_and_level").get(crop).get(level).asDouble(),
                sandbox.run(levelLosses.get(crop).get(level))[0],
                FLOAT32);
          }
          assertClose(
              "gradient of features",
              tensor(expected.get("grad_features").get(crop)).values(),
              sandbox.run(featureGradients[crop].asOutput().expect(TFloat32.class)),
              GRADIENT);
        }
        assertClose("total", expected.get("loss_total").asDouble(), sandbox.run(total)[0], FLOAT32);
        for (int i = 0; i < trained.size(); i++) {
          String variable = trained.get(i).name();
          int level = Integer.parseInt(variable.substring(0, variable.indexOf('.')));
          String parameter = variable.substring(variable.indexOf('.') + 1);
          assertClose(
              "gradient of " + variable,
              tensor(expected.get("grad_generator").get(level).get(parameter)).kernel().values(),
              sandbox.run(gradients.get(i)),
              GRADIENT);
        }
        sandbox.write(state);
        sandbox.run(tf.withControlDependencies(variables.updates()).identity(tf.constant(0f)));
        for (int level = 0; level < levels; level++) {
          JsonNode after = expected.get("generator_bn_running_stats_after").get(level);
          for (String statistic : names(after)) {
            assertClose(
                statistic,
                tensor(after.get(statistic)).values(),
                sandbox.read(level + "." + statistic),
                FLOAT32);
          }
        }
      }
    }
  }

  @Test
  void schedules() {
    JsonNode golden = load("obow_schedule");
    JsonNode configs = golden.at("/config/schedules");
    for (int s = 0; s < configs.size(); s++) {
      JsonNode config = configs.get(s);
      JsonNode inputs = golden.at("/inputs/schedules").get(s);
      JsonNode expected = golden.at("/expected/schedules").get(s);
      long epochs = config.get("num_epochs").asLong();
      long perEpoch = config.get("batches_per_epoch").asLong();
      CosineSchedule schedule =
          new CosineSchedule(
              config.get("lr").asDouble(),
              config.get("end_lr").asDouble(),
              config.get("warmup_epochs").asLong(),
              epochs,
              perEpoch);
      double[] points = tensor(inputs.get("epoch_iteration")).values();
      double[] rates = tensor(expected.get("learning_rate")).values();
      for (int i = 0; i < rates.length; i++) {
        double rate = schedule.rate(((long) points[2 * i]) * perEpoch + (long) points[2 * i + 1]);
        assertEquals(rates[i], rate, 1e-12 + 1e-9 * Math.abs(rates[i]), "rate " + i);
      }
      double[] at = doubles(inputs.get("t"));
      double[] decays = tensor(expected.get("teacher_momentum")).values();
      for (int i = 0; i < at.length; i++) {
        double share =
            CosineSchedule.studentShare(
                config.get("alpha_base").asDouble(), (long) at[i], epochs * perEpoch);
        assertEquals(decays[i], 1 - share, 1e-12 + 1e-9, "decay at " + at[i]);
      }
    }
  }
}
