package org.vocabeam.models.bownet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.codebook.NearestWord;

/** Bags, cosine head, loss with its gradients, and CutMix. */
final class BowNetGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("bownet");
  private static final JsonNode CONFIG = GOLDEN.get("config");
  private static final JsonNode CUTMIX = CONFIG.get("cutmix");
  private static final JsonNode EXPECTED = GOLDEN.get("expected");

  private static Tensor input(String name) {
    return Golden.tensor(GOLDEN.get("inputs").get(name));
  }

  private static Tensor target(String kind) {
    return Golden.tensor(EXPECTED.get("targets").get(kind).get("target"));
  }

  @Test
  void everyLocationGoesToItsNearestWord() {
    Tensor words = input("codebook");
    Tensor map = input("feature_map").channelsLast();
    int[] expected = Golden.tensor(EXPECTED.get("assignment")).ints();
    Tensor distances = Golden.tensor(EXPECTED.get("squared_distance_image0"));
    int[] nearest = new int[expected.length];
    double[] squared = new double[expected.length];
    try (NearestWord search = NearestWord.of(words.floats(), words.dim(0), words.dim(1))) {
      search.assign(map.floats(), expected.length, nearest, squared);
    }
    assertArrayEquals(expected, nearest);
    for (int u = 0; u < distances.dim(0) * distances.dim(1); u++) {
      double distance = distances.values()[u * words.dim(0) + nearest[u]];
      Golden.assertClose("distance " + u, distance, squared[u], Golden.FLOAT32);
    }
  }

  private static void checkBags(String name, BagTarget.Kind kind) {
    Tensor assignment = Golden.tensor(EXPECTED.get("assignment"));
    Tensor expected = target(name);
    int images = expected.dim(0);
    int words = expected.dim(1);
    int locations = assignment.values().length / images;
    float[] dense = new float[images * words];
    for (int image = 0; image < images; image++) {
      BagTarget bag =
          BagTarget.of(assignment.ints(), image * locations, (image + 1) * locations, kind);
      for (int i = 0; i < bag.words().length; i++) {
        dense[image * words + bag.words()[i]] = bag.weights()[i];
      }
    }
    Golden.assertClose(name, expected.values(), dense, Golden.FLOAT32);
  }

  @Test
  void bagsOfCounts() {
    checkBags("histogram", BagTarget.Kind.HISTOGRAM);
  }

  @Test
  void bagsOfPresence() {
    checkBags("binary", BagTarget.Kind.BINARY);
  }

  @Test
  void headLossAndGradients() {
    for (String kind : Golden.names(EXPECTED.get("targets"))) {
      JsonNode expected = EXPECTED.get("targets").get(kind);
      try (Sandbox sandbox = new Sandbox()) {
        Ops tf = sandbox.tf();
        Tensor weights = input("weights");
        Operand<TFloat32> features = sandbox.floats(input("features"));
        Operand<TFloat32> logits =
            CosineHead.logits(
                tf,
                sandbox.variables().scope(""),
                features,
                weights.dim(0),
                CONFIG.get("gamma").asDouble());
        Operand<TFloat32> loss =
            CosineHead.softCrossEntropy(tf, logits, sandbox.floats(target(kind)));
        Output<?>[] gradients =
            sandbox
                .graph()
                .addGradients(
                    loss.asOutput(),
                    new Output<?>[] {
                      features.asOutput(),
                      sandbox.variables().get(CosineHead.WEIGHT).asOutput(),
                      sandbox.variables().get(CosineHead.GAMMA).asOutput()
                    });
        sandbox.initialize(1);
        sandbox.write(Map.of(CosineHead.WEIGHT, weights.floats()));
        Golden.assertClose(
            "logits",
            Golden.tensor(EXPECTED.get("logits")).values(),
            sandbox.run(logits),
            Golden.FLOAT32);
        Golden.assertClose(
            "prediction",
            Golden.tensor(EXPECTED.get("prediction")).values(),
            sandbox.run(tf.nn.softmax(logits)),
            Golden.FLOAT32);
        Golden.assertClose(
            kind + " loss", expected.get("loss").asDouble(), sandbox.run(loss)[0], Golden.FLOAT32);
        List<String> names = List.of("grad_features", "grad_weights", "grad_gamma");
        for (int i = 0; i < names.size(); i++) {
          JsonNode gradient = expected.get(names.get(i));
          Golden.assertClose(
              kind + " " + names.get(i),
              gradient.isNumber()
                  ? new double[] {gradient.asDouble()}
                  : Golden.tensor(gradient).values(),
              sandbox.run(gradients[i].expect(TFloat32.class)),
              Golden.GRADIENT);
        }
      }
    }
  }

  private static float box(String side) {
    return (float) CUTMIX.get(side).asDouble();
  }

  /** The same box for {@code count} images, and the partners. */
  private static CutMix cutMix(Sandbox sandbox, int[] partners) {
    float[] boxes = new float[partners.length * 4];
    for (int i = 0; i < partners.length; i++) {
      boxes[4 * i] = box("top");
      boxes[4 * i + 1] = box("left");
      boxes[4 * i + 2] = box("bottom_exclusive");
      boxes[4 * i + 3] = box("right_exclusive");
    }
    Operand<TInt32> rows = sandbox.ints(partners, partners.length);
    return new CutMix(rows, sandbox.floats(boxes, partners.length, 4));
  }

  @Test
  void mixedImages() {
    Tensor a = input("cutmix_image_a");
    Tensor b = input("cutmix_image_b");
    Tensor mixed = Golden.tensor(EXPECTED.get("cutmix_image_mixed"));
    long[] shape = {2, a.dim(1), a.dim(2), a.dim(0)};
    float[] both = new float[2 * a.values().length];
    System.arraycopy(a.transpose(1, 2, 0).floats(), 0, both, 0, a.values().length);
    System.arraycopy(b.transpose(1, 2, 0).floats(), 0, both, a.values().length, a.values().length);
    try (Sandbox sandbox = new Sandbox()) {
      CutMix cutMix = cutMix(sandbox, new int[] {1, 1});
      float[] result = sandbox.run(cutMix.images(sandbox.tf(), sandbox.floats(both, shape)));
      float[] first = Arrays.copyOf(result, a.values().length);
      assertArrayEquals(mixed.transpose(1, 2, 0).floats(), first);
    }
  }

  @Test
  void mixedTargets() {
    int[] partners = new int[CUTMIX.get("partner").size()];
    for (int i = 0; i < partners.length; i++) {
      partners[i] = CUTMIX.get("partner").get(i).asInt();
    }
    for (String kind : List.of("histogram", "binary")) {
      try (Sandbox sandbox = new Sandbox()) {
        Operand<TFloat32> mixed =
            cutMix(sandbox, partners)
                .targets(
                    sandbox.tf(),
                    sandbox.floats(target(kind)),
                    CUTMIX.get("image_height").asInt(),
                    CUTMIX.get("image_width").asInt());
        Golden.assertClose(
            kind, target("cutmix_" + kind).values(), sandbox.run(mixed), Golden.FLOAT32);
      }
    }
    float area = (box("bottom_exclusive") - box("top")) * (box("right_exclusive") - box("left"));
    float pixels = CUTMIX.get("image_height").asInt() * CUTMIX.get("image_width").asInt();
    assertEquals(EXPECTED.get("cutmix_lambda").asDouble(), 1 - area / pixels, 1e-6);
  }

  /** Boxes lie in the image, are half of it on average before clipping, and partners are others. */
  @Test
  void drawnBoxesAndPartners() {
    int batch = 512;
    int size = 32;
    try (Sandbox sandbox = new Sandbox()) {
      Map<String, Operand<TInt32>> draws = new LinkedHashMap<>();
      for (var draw : CutMix.draws()) {
        var random = Seeds.random(5, draw.name());
        draws.put(draw.name(), sandbox.ints(random.ints(batch, 0, draw.bound()).toArray(), batch));
      }
      CutMix cutMix = CutMix.drawn(sandbox.tf(), draws, size, 0.5);
      float[] boxes = sandbox.run(cutMix.boxes());
      float[] partners = sandbox.run(sandbox.tf().dtypes.cast(cutMix.partners(), TFloat32.class));
      int mixed = 0;
      double area = 0;
      for (int i = 0; i < batch; i++) {
        float top = boxes[4 * i];
        float left = boxes[4 * i + 1];
        float bottom = boxes[4 * i + 2];
        float right = boxes[4 * i + 3];
        assertEquals(true, 0 <= top && top <= bottom && bottom <= size, "rows of " + i);
        assertEquals(true, 0 <= left && left <= right && right <= size, "columns of " + i);
        mixed += bottom > top ? 1 : 0;
        area += (bottom - top) * (right - left) / (size * size);
        assertEquals(true, partners[i] != i && partners[i] >= 0 && partners[i] < batch);
      }
      assertEquals(0.5, mixed / (double) batch, 0.1);
      // E[(1 - lambda)] after clipping is below the half before it.
      assertEquals(0.15, area / batch, 0.05);
    }
  }
}
