package org.vocabeam.models.obow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.vocabeam.models.Golden.GRADIENT;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.load;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.stream;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Golden.Tolerance;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Convolutional;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.TrainingStep;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.ViewSpec;

/** Complete training steps against the authors' code, and mistakes that must not pass. */
class ObowTrainingStepGoldenTest {
  /** Tolerance of the golden README for losses, m and targets. */
  private static final Tolerance STEP = new Tolerance(0, 5e-6);

  /** Tolerance of the golden README for parameters after the last step. */
  private static final Tolerance PARAMETERS = new Tolerance(0, 1e-5);

  /** Mistakes in a step. */
  private enum Mistake {
    NONE,
    TEACHER_MOVES_AFTER_THE_STEP,
    DISTANCE_USED_BEFORE_IT_MOVES,
    WORDS_PUSHED_BEFORE_THE_STEP,
    NO_WEIGHT_DECAY
  }

  @Test
  void stepsAreTheAuthors() {
    run(Mistake.NONE);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void mistakesAreRejected(Mistake mistake) {
    assumeTrue(
        mistake != Mistake.NO_WEIGHT_DECAY
            || load("obow_training_step").at("/config/optimizer/weight_decay").asDouble() > 0,
        "the file has no weight decay");
    assertThrows(AssertionError.class, () -> run(mistake));
  }

  /** Convolution, batch norm and ReLU a stage, as the file's configuration says. */
  private record PlainNetwork(List<JsonNode> stages) implements Convolutional {
    static PlainNetwork of(JsonNode backbone) {
      return new PlainNetwork(stream(backbone).filter(s -> s.has("conv")).toList());
    }

    @Override
    public List<String> levels() {
      return stages.stream().map(s -> s.get("stage").asText()).toList();
    }

    @Override
    public int channels(String level) {
      return stages.get(levels().indexOf(level)).at("/conv/out").asInt();
    }

    @Override
    public int stride(String level) {
      return stages.subList(0, levels().indexOf(level) + 1).stream()
          .mapToInt(s -> s.at("/conv/stride").asInt())
          .reduce(1, (a, b) -> a * b);
    }

    @Override
    public int receptiveField(String level) {
      throw new UnsupportedOperationException("a training step does not ask");
    }

    @Override
    public <T extends TFloating> Map<String, Operand<T>> stages(Layers layers, Operand<T> x) {
      Map<String, Operand<T>> maps = new LinkedHashMap<>();
      Operand<T> h = x;
      for (JsonNode stage : stages) {
        Layers in = layers.in(stage.get("stage").asText());
        JsonNode conv = stage.get("conv");
        h =
            in.conv(
                h,
                "conv",
                conv.get("out").asInt(),
                conv.get("kernel").asInt(),
                conv.get("stride").asInt());
        h = in.relu(in.batchNorm(h, "bn"));
        maps.put(stage.get("stage").asText(), h);
      }
      return maps;
    }
  }

  private static void run(Mistake mistake) {
    JsonNode golden = load("obow_training_step");
    JsonNode config = golden.get("config");
    JsonNode inputs = golden.get("inputs");
    JsonNode expected = golden.get("expected");
    int images = config.get("B").asInt();
    Backbone backbone = PlainNetwork.of(config.get("backbone"));
    Obow obow = obow(config);
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Map<String, Operand<TFloat32>> pixels = new LinkedHashMap<>();
      Map<String, Operand<TFloat32>> views = new LinkedHashMap<>();
      for (ViewSpec view : obow.views()) {
        long rows = (long) images * view.count();
        int size = rows > 0 ? view.size() : 0;
        Operand<TFloat32> input =
            sandbox.floats(
                new float[(int) rows * size * size * channels(inputs)],
                rows,
                size,
                size,
                channels(inputs));
        pixels.put(view.name(), input);
        views.put(
            view.name(), tf.math.div(tf.math.sub(input, tf.constant(128f)), tf.constant(64f)));
      }
      Map<String, Operand<TInt32>> draws = new LinkedHashMap<>();
      for (String level : obow.levels()) {
        draws.put("location." + level, sandbox.ints(new int[images], images));
      }
      Operand<TFloat32> share = sandbox.floats(new float[1]);
      Loss loss =
          obow.loss(
              tf,
              sandbox.variables(),
              backbone,
              new Method.Inputs(views, draws, Map.of("studentShare", share), null, null));
      JsonNode sgd = config.get("optimizer");
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients =
          TrainingStep.gradients(sandbox.graph(), sandbox.variables(), loss.total(), trained);
      TrainingStep step =
          TrainingStep.author(
              sandbox.graph(),
              tf,
              sandbox.variables(),
              loss,
              new Sgd(
                  sgd.get("momentum").asDouble(),
                  mistake == Mistake.NO_WEIGHT_DECAY ? 0 : sgd.get("weight_decay").asDouble(),
                  sgd.get("nesterov").asBoolean()),
              parameter ->
                  new Optimizer.Schedule(
                      tf.constant((float) sgd.get("lr").asDouble()), tf.constant(1f)));
      List<String> metrics = step.metrics();

      start(sandbox, golden, obow);
      JsonNode schedule = config.get("teacher_momentum");
      for (int t = 0; t < config.get("steps").asInt(); t++) {
        JsonNode batch = inputs.get("batches").get(t);
        sandbox.set(
            pixels.get(obow.teacherView().name()),
            tensor(batch.get("teacher_view")).channelsLast().floats());
        for (int c = 0; c < obow.crops().size(); c++) {
          Tensor crops = tensor(batch.get("crops").get(c));
          long[] shape = {
            crops.shape()[0] * crops.shape()[1], crops.dim(2), crops.dim(3), crops.dim(4)
          };
          sandbox.set(
              pixels.get(obow.crops().get(c).name()),
              new Tensor(shape, crops.values()).channelsLast().floats());
        }
        for (int l = 0; l < obow.levels().size(); l++) {
          // A global average has no location.
          JsonNode location = batch.path("random_location").path(l);
          if (!location.isMissingNode() && !location.isNull()) {
            sandbox.set(
                draws.get("location." + obow.levels().get(l)),
                stream(location).mapToInt(JsonNode::asInt).toArray());
          }
        }
        double studentShare =
            obow.scalars()
                .get("studentShare")
                .value(
                    schedule.get("first_iteration").asLong() + t,
                    schedule.get("total_iterations").asLong());
        JsonNode expectedStep = expected.get("steps").get(t);
        assertEquals(expectedStep.get("teacher_momentum").asDouble(), 1 - studentShare, 1e-9);
        sandbox.set(share, new float[] {(float) studentShare});
        prepare(sandbox, mistake, obow, expectedStep, t == 0 ? config : null, expected, t);
        if (mistake == Mistake.TEACHER_MOVES_AFTER_THE_STEP) {
          sandbox.set(share, new float[] {0});
        }
        if (t == 0) {
          checkGradients(expected.at("/step_1_details/gradient"), sandbox, trained, gradients);
          // That pass has moved the running statistics and the teacher.
          start(sandbox, golden, obow);
          prepare(sandbox, mistake, obow, expectedStep, config, expected, t);
        }
        float[] values = sandbox.run(step.values());
        if (mistake == Mistake.TEACHER_MOVES_AFTER_THE_STEP) {
          moveTeacher(sandbox, studentShare);
        }
        checkMetrics(expectedStep, obow, metrics, values);
        if (t == 0) {
          checkState(expected.get("after_step_1"), obow, sandbox);
        }
      }
      checkState(expected.get("after_step_" + config.get("steps").asInt()), obow, sandbox);
    }
  }

  /** Sets up the mistakes that are made of wrong state before a step. */
  private static void prepare(
      Sandbox sandbox,
      Mistake mistake,
      Obow obow,
      JsonNode ofStep,
      JsonNode config,
      JsonNode expected,
      int t) {
    for (int l = 0; l < obow.levels().size(); l++) {
      String level = obow.levels().get(l);
      if (mistake == Mistake.DISTANCE_USED_BEFORE_IT_MOVES) {
        double decay = obow.distanceDecay();
        double in =
            config != null
                ? config.get("levels").get(l).get("m_in").asDouble()
                : expected.get("steps").get(t - 1).get("m").get(l).asDouble();
        double mu = (ofStep.get("m").get(l).asDouble() - decay * in) / (1 - decay);
        // m' with decay m' + (1 - decay) mu = m_in, so that the step scales by the old m.
        sandbox.write(
            Map.of("distance." + level, new float[] {(float) ((in - (1 - decay) * mu) / decay)}));
      }
      if (mistake == Mistake.WORDS_PUSHED_BEFORE_THE_STEP && t == 0) {
        Tensor after = tensor(expected.at("/after_step_1/vocabulary").get(l));
        sandbox.write(Map.of("vocabulary." + level, after.floats()));
      }
    }
  }

  private static void moveTeacher(Sandbox sandbox, double share) {
    for (VariableSpec spec : sandbox.variables().specs(Role.AVERAGE)) {
      float[] teacher = sandbox.read(spec.name());
      float[] student = sandbox.read(Method.STUDENT + spec.unscoped());
      for (int i = 0; i < teacher.length; i++) {
        teacher[i] += (float) share * (student[i] - teacher[i]);
      }
      sandbox.write(Map.of(spec.name(), teacher));
    }
  }

  private static int channels(JsonNode inputs) {
    return tensor(inputs.get("batches").get(0).get("teacher_view")).dim(1);
  }

  private static Obow obow(JsonNode config) {
    List<ViewSpec> crops = new ArrayList<>();
    for (JsonNode crop : config.get("crop_types")) {
      // Named by their number: two types may have one size.
      crops.add(
          new ViewSpec(
              "type" + crops.size(),
              crop.get("size").asInt(),
              crop.get("crops_per_image").asInt(),
              new RandomResizedCrop(0.08, 0.6),
              Orientation.FLIPPED,
              List.of()));
    }
    int teacher = config.get("teacher_view_size").asInt();
    return new Obow(
        stream(config.get("levels")).map(l -> l.get("stage").asText()).toList(),
        config.get("K").asInt(),
        config.get("inv_delta").isNull() ? null : config.get("inv_delta").asDouble(),
        config.get("kappa").asDouble(),
        config.get("border_crop").asInt(),
        config.get("bow_pool").asText().equals("max")
            ? VisualWords.Reduction.MAX
            : VisualWords.Reduction.AVERAGE,
        Vocabulary.Update.valueOf(
            config.get("vocabulary_update").asText().toUpperCase(Locale.ROOT)),
        config.get("m_decay").asDouble(),
        config.at("/teacher_momentum/base").asDouble(),
        ViewSpec.obowTeacher(teacher, teacher),
        crops);
  }

  private static void start(Sandbox sandbox, JsonNode golden, Obow obow) {
    sandbox.initialize(0);
    Map<String, float[]> state = new LinkedHashMap<>();
    tensors(golden.get("inputs"), obow).forEach((name, t) -> state.put(name, t.floats()));
    for (int l = 0; l < obow.levels().size(); l++) {
      JsonNode level = golden.at("/config/levels").get(l);
      String name = obow.levels().get(l);
      state.put("distance." + name, new float[] {(float) level.get("m_in").asDouble()});
      state.put("vocabulary." + name + ".pointer", new float[] {level.get("pointer_in").asInt()});
    }
    sandbox.write(state);
  }

  /** The file's state in this project's names; the monitor, which influences nothing, left out. */
  private static Map<String, Tensor> tensors(JsonNode state, Obow obow) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String scope : List.of("student", "teacher")) {
      for (String name : state.has(scope) ? names(state.get(scope)) : List.<String>of()) {
        tensors.put(scope + "." + name, tensor(state.get(scope).get(name)).kernel());
      }
    }
    for (String name : names(state.get("generator"))) {
      int dot = name.indexOf('.');
      String level = obow.levels().get(Integer.parseInt(name.substring("level".length(), dot)));
      tensors.put(
          "generator." + level + name.substring(dot),
          tensor(state.get("generator").get(name)).kernel());
    }
    for (int l = 0; state.has("vocabulary") && l < obow.levels().size(); l++) {
      tensors.put("vocabulary." + obow.levels().get(l), tensor(state.get("vocabulary").get(l)));
    }
    return tensors;
  }

  private static void checkGradients(
      JsonNode expected,
      Sandbox sandbox,
      List<VariableSpec> trained,
      List<Operand<TFloat32>> gradients) {
    Obow obow = obow(load("obow_training_step").get("config"));
    Map<String, Tensor> tensors = tensors(expected, obow);
    assertEquals(
        tensors.keySet().stream().sorted().toList(),
        trained.stream().map(VariableSpec::name).sorted().toList());
    List<float[]> actual = sandbox.run(gradients);
    for (int i = 0; i < trained.size(); i++) {
      String name = trained.get(i).name();
      assertClose("gradient of " + name, tensors.get(name).values(), actual.get(i), GRADIENT);
    }
  }

  private static void checkMetrics(
      JsonNode expected, Obow obow, List<String> metrics, float[] values) {
    double total = 0;
    for (int c = 0; c < obow.crops().size(); c++) {
      double loss = expected.get("losses_per_crop_type").get(c).asDouble();
      total += loss;
      check(metrics, values, "loss/" + obow.crops().get(c).name(), loss);
    }
    check(metrics, values, "loss", total);
    for (int l = 0; l < obow.levels().size(); l++) {
      String level = obow.levels().get(l);
      check(metrics, values, "distance/" + level, expected.get("m").get(l).asDouble());
      check(
          metrics,
          values,
          "perplexity_batch/" + level,
          expected.get("perplexity_of_batch").get(l).asDouble());
      check(
          metrics,
          values,
          "perplexity_image/" + level,
          expected.get("perplexity_per_image_mean").get(l).asDouble());
    }
  }

  private static void check(List<String> metrics, float[] values, String name, double expected) {
    Tolerance tolerance = name.startsWith("perplexity") ? new Tolerance(5e-6, 5e-6) : STEP;
    assertClose(name, expected, values[metrics.indexOf(name)], tolerance);
  }

  private static void checkState(JsonNode expected, Obow obow, Sandbox sandbox) {
    tensors(expected, obow)
        .forEach(
            (name, tensor) -> assertClose(name, tensor.values(), sandbox.read(name), PARAMETERS));
    for (int l = 0; l < obow.levels().size(); l++) {
      String level = obow.levels().get(l);
      assertClose(
          "m", expected.get("m").get(l).asDouble(), sandbox.read("distance." + level)[0], STEP);
      assertEquals(
          expected.get("pointer").get(l).asInt(),
          (int) sandbox.read("vocabulary." + level + ".pointer")[0]);
    }
  }
}
