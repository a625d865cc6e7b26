package org.vocabeam.models.jointembedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
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

/**
 * One whole step of every method against a second implementation: plain loops in double precision,
 * gradients by central differences. Also with mistakes, which the comparison must notice.
 */
final class PlainStepTest {
  private static final int IMAGES = 6;
  private static final int SIDE = 3;
  private static final int WIDTH = 4;
  private static final double RATE = 0.1;
  private static final double DECAY = 0.01;
  private static final double SHARE = 0.25;

  /** A network without kinks: a linear layer on every pixel. */
  private record PixelLayer() implements Convolutional {
    @Override
    public List<String> levels() {
      return List.of("pixels");
    }

    @Override
    public int channels(String level) {
      return WIDTH;
    }

    @Override
    public int stride(String level) {
      return 1;
    }

    @Override
    public int receptiveField(String level) {
      return 1;
    }

    @Override
    public <T extends TFloating> Map<String, Operand<T>> stages(Layers layers, Operand<T> x) {
      return Map.of("pixels", layers.conv(x, "conv", WIDTH, 1, 1));
    }
  }

  private static ViewSpec view(String name, int count) {
    return new ViewSpec(
        name, SIDE, count, new RandomResizedCrop(0.5, 1), Orientation.UPRIGHT, List.of());
  }

  private static final ViewSpec V1 = view("view1", 1);
  private static final ViewSpec V2 = view("view2", 1);
  private static final ViewSpec SMALL = view("locals", 2);

  /**
   * A step and its plain form.
   *
   * @param name says what is wrong with the plain form, if anything
   */
  private record Case(
      String name, Method method, Function<Plain, ToDoubleFunction<Map<String, double[]>>> loss) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final SimClr SIMCLR = new SimClr(0.5, 3, true, V1, V2);
  private static final SimSiam SIMSIAM = new SimSiam(5, 3, true, V1, V2);
  private static final Byol BYOL = new Byol(5, 3, 0.9, true, V1, V2);
  private static final Swav SWAV =
      new Swav(5, 3, 4, 0.5, 0.3, 3, true, 0, 0, 0, view("globals", 2), List.of(SMALL));

  static Stream<Case> right() {
    return Stream.of(
        new Case("simclr", SIMCLR, plain -> plain.simClr(true)),
        new Case("simsiam", SIMSIAM, plain -> plain.simSiam(true)),
        new Case("byol", BYOL, plain -> plain.byol(SHARE)),
        new Case("dino", dino(), plain -> plain.dino(SHARE, 1, 1)),
        new Case("swav", SWAV, plain -> plain.swav(3, true)));
  }

  static Stream<Case> wrong() {
    return Stream.of(
        new Case("simclr: compared with itself", SIMCLR, plain -> plain.simClr(false)),
        new Case("simsiam: no stop", SIMSIAM, plain -> plain.simSiam(false)),
        new Case("byol: target moves late", BYOL, plain -> plain.byol(0)),
        new Case("dino: teacher moves late", dino(), plain -> plain.dino(0, 1, 1)),
        new Case("dino: not centred", dino(), plain -> plain.dino(SHARE, 0, 1)),
        new Case("dino: prototypes stay", dino(), plain -> plain.dino(SHARE, 1, 0)),
        new Case("swav: fewer iterations", SWAV, plain -> plain.swav(2, true)),
        new Case("swav: no stop", SWAV, plain -> plain.swav(3, false)));
  }

  private static Dino dino() {
    return new Dino(
        new DinoHead(5, 3, 4, false), 0.5, 0.3, 0.3, 0, 0.9, true, true, 0.9, 0, V1, V2, SMALL);
  }

  @ParameterizedTest
  @MethodSource("right")
  void aStepIsThatOfTheSecondImplementation(Case example) {
    check(example);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void mistakesAreNoticed(Case example) {
    assertThrows(AssertionFailedError.class, () -> check(example));
  }

  private static void check(Case example) {
    Map<String, double[]> pixels = new LinkedHashMap<>();
    try (Sandbox sandbox = new Sandbox()) {
      var tf = sandbox.tf();
      Map<String, Operand<TFloat32>> views = new LinkedHashMap<>();
      for (ViewSpec view : example.method.views()) {
        int rows = IMAGES * view.count();
        float[] values = random(rows * SIDE * SIDE * 2, view.name());
        views.put(view.name(), sandbox.floats(values, rows, SIDE, SIDE, 2));
        pixels.put(view.name(), doubles(values));
      }
      Map<String, Operand<TFloat32>> scalars =
          Map.of(
              "studentShare", tf.constant((float) SHARE),
              "teacherTemperature", tf.constant(0.3f),
              "prototypesMove", tf.constant(1f));
      Loss loss =
          example.method.loss(
              tf,
              sandbox.variables(),
              new PixelLayer(),
              new Method.Inputs(views, Map.of(), scalars, null, null));
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      TrainingStep step =
          TrainingStep.author(
              sandbox.graph(),
              tf,
              sandbox.variables(),
              loss,
              new Sgd(0.9, DECAY, false),
              p -> new Optimizer.Schedule(tf.constant((float) RATE), tf.constant(1f)));
      sandbox.initialize(1);
      Map<String, double[]> before = new TreeMap<>();
      for (VariableSpec spec : sandbox.variables().specs()) {
        if (spec.role() != Role.MOMENTUM) {
          float[] values = random(spec.size(), spec.name());
          if (example.method instanceof Swav && spec.name().equals("prototypes.weight")) {
            normaliseRows(values, (int) spec.shape()[1]); // as the step does first
          }
          sandbox.write(Map.of(spec.name(), values));
          before.put(spec.name(), doubles(values));
        }
      }

      Plain plain = new Plain(pixels, before);
      ToDoubleFunction<Map<String, double[]>> function = example.loss.apply(plain);
      float[] metrics = sandbox.run(step.values());
      assertEquals(function.applyAsDouble(before), metrics[0], 1e-5, "loss");
      for (VariableSpec spec : trained) {
        double[] old = before.get(spec.name());
        double[] gradient = plain.gradient(function, spec.name());
        float[] after = sandbox.read(spec.name());
        for (int i = 0; i < old.length; i++) {
          double expected = old[i] - RATE * (gradient[i] + DECAY * old[i]);
          assertEquals(expected, after[i], 2e-5, spec.name() + " " + i);
        }
      }
      for (VariableSpec spec : sandbox.variables().specs(Role.AVERAGE)) {
        double[] expected = plain.averaged(spec.name(), SHARE);
        float[] after = sandbox.read(spec.name());
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], after[i], 1e-6, spec.name());
        }
      }
      if (example.method instanceof Dino) {
        float[] centre = sandbox.read("centre");
        double[] expected = plain.centre;
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], centre[i], 1e-5, "centre");
        }
      }
      assertTrue(trained.size() > 3);
    }
  }

  private static float[] random(int size, String name) {
    float[] values = new float[size];
    SplittableRandom random = Seeds.random(3, name);
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return values;
  }

  private static void normaliseRows(float[] values, int width) {
    for (int from = 0; from < values.length; from += width) {
      double square = 0;
      for (int i = from; i < from + width; i++) {
        square += values[i] * values[i];
      }
      for (int i = from; i < from + width; i++) {
        values[i] /= (float) Math.sqrt(square);
      }
    }
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  /** The second implementation. Rows are arrays; parameters are found by name. */
  private static final class Plain {
    private final Map<String, double[]> pixels;
    private final Map<String, double[]> before;
    private double[] centre;

    Plain(Map<String, double[]> pixels, Map<String, double[]> before) {
      this.pixels = pixels;
      this.before = before;
    }

    double[] gradient(ToDoubleFunction<Map<String, double[]>> function, String name) {
      double step = 1e-6;
      double[] gradient = new double[before.get(name).length];
      for (int i = 0; i < gradient.length; i++) {
        Map<String, double[]> moved = new TreeMap<>(before);
        double[] value = before.get(name).clone();
        moved.put(name, value);
        value[i] = before.get(name)[i] + step;
        double up = function.applyAsDouble(moved);
        value[i] = before.get(name)[i] - step;
        gradient[i] = (up - function.applyAsDouble(moved)) / (2 * step);
      }
      return gradient;
    }

    /** A teacher's value after it moved: "target.student.x" follows "student.x". */
    double[] averaged(String name, double share) {
      double[] student = before.get(name.substring(name.indexOf('.') + 1));
      double[] teacher = before.get(name);
      double[] moved = new double[teacher.length];
      for (int i = 0; i < moved.length; i++) {
        moved[i] = teacher[i] + share * (student[i] - teacher[i]);
      }
      return moved;
    }

    /** The teacher's parameters after they moved, under the student's names. */
    private Map<String, double[]> teacher(String scope, double share) {
      Map<String, double[]> all = new TreeMap<>();
      for (String name : before.keySet()) {
        boolean moves = !name.contains("running") && name.startsWith(scope);
        if (moves) {
          all.put(name.substring(scope.length()), averaged(name, share));
        }
      }
      return all;
    }

    private double[][] features(Map<String, double[]> p, String view) {
      double[] x = pixels.get(view);
      double[] w = p.get("student.conv.weight");
      int cells = SIDE * SIDE;
      double[][] rows = new double[x.length / (cells * 2)][WIDTH];
      for (int r = 0; r < rows.length; r++) {
        for (int cell = 0; cell < cells; cell++) {
          for (int d = 0; d < WIDTH; d++) {
            for (int c = 0; c < 2; c++) {
              rows[r][d] += x[(r * cells + cell) * 2 + c] * w[c * WIDTH + d] / cells;
            }
          }
        }
      }
      return rows;
    }

    private static double[][] linear(Map<String, double[]> p, double[][] x, String name) {
      double[] w = p.get(name + ".weight");
      double[] bias = p.get(name + ".bias");
      int outputs = w.length / x[0].length;
      double[][] y = new double[x.length][outputs];
      for (int r = 0; r < x.length; r++) {
        for (int o = 0; o < outputs; o++) {
          y[r][o] = bias == null ? 0 : bias[o];
          for (int i = 0; i < x[r].length; i++) {
            y[r][o] += x[r][i] * w[i * outputs + o];
          }
        }
      }
      return y;
    }

    private static double[][] norm(Map<String, double[]> p, double[][] x, String name) {
      double[][] y = new double[x.length][x[0].length];
      for (int c = 0; c < x[0].length; c++) {
        double mean = 0;
        double square = 0;
        for (double[] row : x) {
          mean += row[c] / x.length;
        }
        for (double[] row : x) {
          square += (row[c] - mean) * (row[c] - mean) / x.length;
        }
        double scale = p.containsKey(name + ".weight") ? p.get(name + ".weight")[c] : 1;
        double shift = p.containsKey(name + ".bias") ? p.get(name + ".bias")[c] : 0;
        for (int r = 0; r < x.length; r++) {
          y[r][c] = (x[r][c] - mean) / Math.sqrt(square + 1e-5) * scale + shift;
        }
      }
      return y;
    }

    private static double[][] relu(double[][] x) {
      double[][] y = new double[x.length][x[0].length];
      for (int r = 0; r < x.length; r++) {
        for (int c = 0; c < x[r].length; c++) {
          y[r][c] = Math.max(0, x[r][c]);
        }
      }
      return y;
    }

    /** Returns the integral of the normal density by Simpson's rule, exact to 1e-12 here. */
    private static double gelu(double x) {
      int n = 400;
      double h = x / n;
      double sum = 0;
      for (int i = 0; i <= n; i++) {
        double weight = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * Math.exp(-(i * h) * (i * h) / 2);
      }
      return x * (0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI));
    }

    private static double[] unit(double[] row) {
      double square = 0;
      for (double v : row) {
        square += v * v;
      }
      double[] unit = row.clone();
      for (int i = 0; i < unit.length; i++) {
        unit[i] /= Math.sqrt(square);
      }
      return unit;
    }

    private static double cosine(double[] a, double[] b) {
      double sum = 0;
      double[] ua = unit(a);
      double[] ub = unit(b);
      for (int i = 0; i < a.length; i++) {
        sum += ua[i] * ub[i];
      }
      return sum;
    }

    private static double[][] mlp(Map<String, double[]> p, double[][] x, String name) {
      double[][] h = relu(norm(p, linear(p, x, name + ".0.fc"), name + ".0.bn"));
      return linear(p, h, name + ".1.fc");
    }

    ToDoubleFunction<Map<String, double[]>> simClr(boolean withoutItself) {
      return p -> {
        double[][] f1 = features(p, "view1");
        double[][] f2 = features(p, "view2");
        double[][] f = new double[2 * IMAGES][];
        System.arraycopy(f1, 0, f, 0, IMAGES);
        System.arraycopy(f2, 0, f, IMAGES, IMAGES);
        double[][] h = relu(linear(p, f, "projector.projector.0.fc"));
        double[][] z = linear(p, h, "projector.projector.1.fc");
        double loss = 0;
        for (int i = 0; i < z.length; i++) {
          double sum = 0;
          for (int j = 0; j < z.length; j++) {
            sum += j == i && withoutItself ? 0 : Math.exp(cosine(z[i], z[j]) / 0.5);
          }
          double positive = cosine(z[i], z[(i + IMAGES) % z.length]) / 0.5;
          loss += (Math.log(sum) - positive) / z.length;
        }
        return loss;
      };
    }

    private double[][] simSiamProjection(Map<String, double[]> p, String view) {
      String name = "projector.projector.";
      double[][] h = features(p, view);
      h = relu(norm(p, linear(p, h, name + "0.fc"), name + "0.bn"));
      h = relu(norm(p, linear(p, h, name + "1.fc"), name + "1.bn"));
      return norm(p, linear(p, h, name + "2.fc"), name + "2.bn");
    }

    ToDoubleFunction<Map<String, double[]>> simSiam(boolean stop) {
      return p -> {
        Map<String, double[]> target = stop ? before : p;
        double[][] z1 = simSiamProjection(target, "view1");
        double[][] z2 = simSiamProjection(target, "view2");
        double[][] p1 = mlp(p, simSiamProjection(p, "view1"), "predictor.predictor");
        double[][] p2 = mlp(p, simSiamProjection(p, "view2"), "predictor.predictor");
        double loss = 0;
        for (int i = 0; i < IMAGES; i++) {
          loss -= (cosine(p1[i], z2[i]) + cosine(p2[i], z1[i])) / (2 * IMAGES);
        }
        return loss;
      };
    }

    ToDoubleFunction<Map<String, double[]>> byol(double share) {
      Map<String, double[]> target = teacher("target.", share);
      double[][] z1 = mlp(target, features(target, "view1"), "projector.projector");
      double[][] z2 = mlp(target, features(target, "view2"), "projector.projector");
      return p -> {
        double[][] q1 =
            mlp(p, mlp(p, features(p, "view1"), "projector.projector"), "predictor.predictor");
        double[][] q2 =
            mlp(p, mlp(p, features(p, "view2"), "projector.projector"), "predictor.predictor");
        double loss = 0;
        for (int i = 0; i < IMAGES; i++) {
          loss += (4 - 2 * cosine(q1[i], z2[i]) - 2 * cosine(q2[i], z1[i])) / IMAGES;
        }
        return loss;
      };
    }

    private double[][] dinoOutputs(
        Map<String, double[]> p, double[] prototypes, double[][] features) {
      double[][] h = features;
      for (String layer : new String[] {"head.mlp.0", "head.mlp.2"}) {
        h = linear(p, h, layer);
        for (double[] row : h) {
          for (int i = 0; i < row.length; i++) {
            row[i] = gelu(row[i]);
          }
        }
      }
      h = linear(p, h, "head.mlp.4");
      int bottleneck = h[0].length;
      double[][] y = new double[h.length][prototypes.length / bottleneck];
      for (int r = 0; r < h.length; r++) {
        for (int k = 0; k < y[r].length; k++) {
          double[] v = new double[bottleneck];
          System.arraycopy(prototypes, k * bottleneck, v, 0, bottleneck);
          y[r][k] = cosine(h[r], v);
        }
      }
      return y;
    }

    private static double[] softmax(double[] logits, double[] centre, double temperature) {
      double[] exps = new double[logits.length];
      double sum = 0;
      for (int i = 0; i < exps.length; i++) {
        exps[i] = Math.exp((logits[i] - centre[i]) / temperature);
        sum += exps[i];
      }
      for (int i = 0; i < exps.length; i++) {
        exps[i] /= sum;
      }
      return exps;
    }

    ToDoubleFunction<Map<String, double[]>> dino(double share, double centring, double moving) {
      String name = "head." + DinoHead.PROTOTYPES;
      Map<String, double[]> taught = teacher("teacher.", share);
      double[] old = before.get("centre").clone();
      double[] mean = new double[old.length];
      double[][][] outputs = new double[2][][];
      for (int t = 0; t < 2; t++) {
        outputs[t] = dinoOutputs(taught, taught.get(name), features(taught, "view" + (t + 1)));
        for (double[] row : outputs[t]) {
          for (int k = 0; k < mean.length; k++) {
            mean[k] += row[k] / (2 * IMAGES);
          }
        }
      }
      centre = new double[old.length];
      for (int k = 0; k < old.length; k++) {
        centre[k] = 0.9 * old[k] + 0.1 * mean[k];
        old[k] *= centring;
      }
      return p -> {
        double[] prototypes = moving == 1 ? p.get(name) : before.get(name);
        double[][][] student = new double[4][][];
        student[0] = dinoOutputs(p, prototypes, features(p, "view1"));
        student[1] = dinoOutputs(p, prototypes, features(p, "view2"));
        double[][] small = dinoOutputs(p, prototypes, features(p, "locals"));
        student[2] = new double[IMAGES][];
        student[3] = new double[IMAGES][];
        for (int i = 0; i < IMAGES; i++) {
          student[2][i] = small[2 * i];
          student[3][i] = small[2 * i + 1];
        }
        double loss = 0;
        for (int t = 0; t < 2; t++) {
          for (int s = 0; s < 4; s++) {
            for (int i = 0; s != t && i < IMAGES; i++) {
              double[] target = softmax(outputs[t][i], old, 0.3);
              double[] predicted = softmax(student[s][i], new double[old.length], 0.5);
              for (int k = 0; k < target.length; k++) {
                loss -= target[k] * Math.log(predicted[k]) / (6 * IMAGES);
              }
            }
          }
        }
        return loss;
      };
    }

    /** Scores of all crops, {@code [crop][image][prototype]}, the large crops first. */
    private double[][][] swavScores(Map<String, double[]> p) {
      double[] prototypes = p.get("prototypes.weight");
      double[][] large = features(p, "globals");
      double[][] all = Arrays.copyOf(large, 2 * large.length);
      System.arraycopy(features(p, "locals"), 0, all, large.length, large.length);
      double[][] z = mlp(p, all, "projector.projector");
      int width = z[0].length;
      double[][][] scores = new double[4][IMAGES][prototypes.length / width];
      for (int row = 0; row < z.length; row++) {
        double[] unit = unit(z[row]);
        double[] scored = scores[2 * (row / large.length) + row % 2][row % large.length / 2];
        for (int i = 0; i < prototypes.length; i++) {
          scored[i / width] += unit[i % width] * prototypes[i];
        }
      }
      return scores;
    }

    private static double[][] sinkhorn(double[][] scores, int iterations) {
      double[][] codes = new double[scores.length][scores[0].length];
      for (int b = 0; b < codes.length; b++) {
        for (int k = 0; k < codes[b].length; k++) {
          codes[b][k] = Math.exp(scores[b][k] / 0.3);
        }
      }
      for (int i = 0; i < iterations; i++) {
        for (int k = 0; k < codes[0].length; k++) {
          double sum = 0;
          for (double[] code : codes) {
            sum += code[k];
          }
          for (double[] code : codes) {
            code[k] /= sum * code.length;
          }
        }
        for (double[] code : codes) {
          double sum = 0;
          for (double mass : code) {
            sum += mass;
          }
          for (int k = 0; k < code.length; k++) {
            code[k] /= sum;
          }
        }
      }
      return codes;
    }

    ToDoubleFunction<Map<String, double[]>> swav(int iterations, boolean stop) {
      return p -> {
        double[][][] scores = swavScores(p);
        double[][][] coded = stop ? swavScores(before) : scores;
        double loss = 0;
        for (int large = 0; large < 2; large++) {
          double[][] codes = sinkhorn(coded[large], iterations);
          for (int other = 0; other < 4; other++) {
            for (int b = 0; other != large && b < IMAGES; b++) {
              double[] predicted = softmax(scores[other][b], new double[codes[b].length], 0.5);
              for (int k = 0; k < predicted.length; k++) {
                loss -= codes[b][k] * Math.log(predicted[k]) / (2 * 3 * IMAGES);
              }
            }
          }
        }
        return loss;
      };
    }
  }
}
