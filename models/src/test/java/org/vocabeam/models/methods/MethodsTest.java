package org.vocabeam.models.methods;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.backbone.Positions;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.backbone.WideResNet;
import org.vocabeam.models.generative.Gan;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.jointembedding.Dino;
import org.vocabeam.models.jointembedding.Swav;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.obow.Moca;
import org.vocabeam.models.obow.Obow;
import org.vocabeam.models.obow.PatchDecoder;
import org.vocabeam.models.obow.PatchMask;
import org.vocabeam.models.obow.VisualWords;
import org.vocabeam.models.obow.Vocabulary;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.Larc;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.ViewSpec;

class MethodsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Both kinds of settings for every network. */
  private static final List<Preset> PRESETS =
      Backbones.names().stream()
          .flatMap(network -> Stream.of(network, "small/" + network))
          .map(Preset::named)
          .toList();

  private static final long IMAGENET = 1_281_167;

  /** Returns the presets that a method works with: all, or those of transformers. */
  private static List<Preset> presets(String method) {
    return PRESETS.stream()
        .filter(preset -> !method.equals("moca") || preset.network().matches("vit.*(?<!dinov3)"))
        .toList();
  }

  private static Task task(int side, int channels, long images, long steps) {
    float[] mean = new float[channels];
    float[] std = new float[channels];
    Arrays.fill(mean, 0.449f);
    Arrays.fill(std, 0.226f);
    return new Task(
        new ImageShape(side, side, channels), new Normalisation(mean, std), images, steps, 9);
  }

  private static Recipe recipe(Preset preset, int side) {
    return Methods.recipe("obow", preset, task(side, 3, IMAGENET, 200 * 5004));
  }

  @Test
  void recipesSurviveJson() {
    for (Preset preset : PRESETS) {
      for (int side : new int[] {28, 32, 224, 256}) {
        for (int channels : new int[] {1, 3}) {
          Recipe recipe = Methods.recipe("obow", preset, task(side, channels, 50_000, 777));
          String json = Methods.toJson(recipe);
          assertEquals(recipe, Methods.recipe(json));
          assertEquals(json, Methods.toJson(Methods.recipe(json)));
          assertEquals(channels, recipe.images().channels());
          assertEquals(777, recipe.steps());
          assertEquals(9, recipe.seed());
        }
      }
    }
  }

  @Test
  void everyMethodsRecipesSurviveJson() {
    for (String method : Methods.names()) {
      for (Preset preset : presets(method)) {
        for (int side : new int[] {28, 32, 224}) {
          Recipe recipe = Methods.recipe(method, preset, task(side, 3, 50_000, 777));
          assertEquals(method, recipe.method().name());
          assertEquals(recipe, Methods.recipe(Methods.toJson(recipe)));
        }
      }
    }
  }

  /** A driver sends recipes to its workers. */
  @Test
  void everyMethodsRecipesSurviveSerialization() throws Exception {
    for (String method : Methods.names()) {
      for (Preset preset : presets(method)) {
        Recipe recipe = Methods.recipe(method, preset, task(224, 3, 50_000, 777));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
          out.writeObject(recipe);
        }
        try (ObjectInputStream in =
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
          assertEquals(recipe, in.readObject());
        }
      }
    }
  }

  @Test
  void theNearestWordSurvivesJson() {
    ObjectNode tree = tree();
    ((ObjectNode) tree.get("method")).putNull("inverseDelta");
    Recipe recipe = Methods.recipe(tree);
    assertEquals(null, ((Obow) recipe.method()).inverseDelta());
    assertEquals(recipe, Methods.recipe(Methods.toJson(recipe)));
  }

  /** The table of OBoW's settings, columns ResNet-50 and ResNet-18. */
  @Test
  void thePapersConstants() {
    for (int side : new int[] {224, 256}) {
      Recipe resNet50 = recipe(Preset.RESNET50, side);
      assertEquals(ResNet.resNet50(ResNet.Stem.IMAGENET), resNet50.backbone());
      checkPaper(resNet50, 15, 8);
      assertEquals(256, resNet50.batchSize());
      assertEquals(new RateSchedule.Cosine(0.03, 3e-5, 10 * (IMAGENET / 256)), resNet50.schedule());
      assertEquals(new Sgd(0.9, 1e-4, false), resNet50.optimizer());

      Recipe resNet18 = recipe(Preset.RESNET18, side);
      assertEquals(ResNet.resNet18(ResNet.Stem.IMAGENET), resNet18.backbone());
      checkPaper(resNet18, 10, 5);
      assertEquals(128, resNet18.batchSize());
      assertEquals(new RateSchedule.Cosine(0.05, 0, 0), resNet18.schedule());
      assertEquals(new Sgd(0.9, 5e-4, false), resNet18.optimizer());
    }
  }

  private static void checkPaper(Recipe recipe, double inverseDelta, double inverseTemperature) {
    Obow expected =
        new Obow(
            List.of("layer3", "layer4"),
            8192,
            inverseDelta,
            inverseTemperature,
            1,
            VisualWords.Reduction.MAX,
            Vocabulary.Update.LOCAL_AVERAGE,
            0.99,
            0.99,
            ViewSpec.obowTeacher(),
            List.of(ViewSpec.obowCrops160(), ViewSpec.obowPatches96()));
    assertEquals(expected, recipe.method());
    assertEquals(224, expected.teacherView().size());
    assertEquals(List.of(160, 96), expected.crops().stream().map(ViewSpec::size).toList());
    assertEquals(List.of(2, 5), expected.crops().stream().map(ViewSpec::count).toList());
  }

  @Test
  void theTeacherOfDinoIsSharpenedAsInThePaper() {
    Dino dino = (Dino) Methods.recipe("dino", Preset.RESNET50, task(28, 1, 100, 100)).method();
    assertEquals(0.04, dino.warmupTemperature());
    assertEquals(0.07, dino.teacherTemperature());
    assertEquals(0.0625, dino.temperatureWarmup());
  }

  @Test
  void aShortRunHasAShortWarmUp() {
    assertEquals(
        new RateSchedule.Cosine(0.03, 3e-5, 100),
        Methods.recipe("obow", Preset.RESNET50, task(224, 3, IMAGENET, 1000)).schedule());
  }

  @Test
  void theSmallPresetsWarmUpForHalfOfTheRunAndAtMostFourHundredSteps() {
    for (String method : List.of("obow", "byol", "dino", "simsiam", "simclr")) {
      assertEquals(231, smallWarmup(method, 462), method);
      assertEquals(400, smallWarmup(method, 2000), method);
      assertEquals(0, smallWarmup(method, 1), method);
    }
  }

  /**
   * The paper presets are the paper's game; the small one adds to it what keeps its short runs
   * good.
   */
  @Test
  void theSmallGanAlsoTellsTheCodesOfMadeImages() {
    assertEquals(1, codeRegression(Preset.SMALL));
    assertEquals(0, codeRegression(Preset.RESNET18));
    assertEquals(0, codeRegression(Preset.RESNET50));
  }

  private static double codeRegression(Preset preset) {
    return ((Gan) Methods.recipe("gan", preset, task(28, 1, 60_000, 100)).method())
        .codeRegression();
  }

  private static long smallWarmup(String method, long steps) {
    Recipe recipe = Methods.recipe(method, Preset.SMALL, task(28, 1, 60_000, steps));
    return ((RateSchedule.Cosine) recipe.schedule()).warmupSteps();
  }

  @Test
  void smallImagesGetSmallStemsAndLevelsThatAreLargeEnough() {
    Recipe resNet18 = recipe(Preset.RESNET18, 32);
    assertEquals(ResNet.resNet18(ResNet.Stem.SMALL), resNet18.backbone());
    Obow method = (Obow) resNet18.method();
    assertEquals(List.of("layer2", "layer3"), method.levels());
    assertEquals(32, method.teacherView().size());
    method.crops().forEach(crop -> assertTrue(crop.size() <= 32, crop.toString()));
    assertEquals(List.of("layer2"), ((Obow) recipe(Preset.SMALL, 28).method()).levels());
    assertTrue(
        assertThrows(UserError.class, () -> recipe(Preset.SMALL, 8))
            .getMessage()
            .startsWith("images of 8 pixels are too small"));
  }

  @Test
  void presetsAreANetworkAndAKindOfSettings() {
    assertEquals(Preset.SMALL, Preset.named("small"));
    assertEquals(Preset.RESNET18, Preset.named("resnet18"));
    assertEquals(Preset.RESNET50, Preset.named("resnet50"));
    assertEquals(new Preset("resnet18", Settings.SMALL), Preset.named("small/resnet18"));
    PRESETS.forEach(preset -> assertEquals(preset, Preset.named(preset.name())));
    assertEquals(Preset.SMALL, Preset.named("small/resnet8"));
    for (String name : List.of("large", "small/", "small/vgg", "paper/resnet18", "")) {
      assertEquals(
          String.format(
              "preset is %s, must be small, small/NETWORK or NETWORK, where a network is one of %s",
              name, String.join(", ", Backbones.names())),
          assertThrows(UserError.class, () -> Preset.named(name)).getMessage());
    }
  }

  @Test
  void theSmallSettingsFitAnyNetwork() {
    Task task = task(28, 1, 60_000, 1000);
    for (String method : List.of("obow", "byol", "dino", "jigsaw")) {
      Recipe small = Methods.recipe(method, Preset.SMALL, task);
      Recipe other = Methods.recipe(method, Preset.named("small/wrn-28-10"), task);
      assertEquals(new WideResNet(28, 10, List.of(1, 2, 2)), other.backbone());
      assertEquals(small.batchSize(), other.batchSize());
      assertEquals(small.optimizer(), other.optimizer());
      assertEquals(small.schedule(), other.schedule());
      assertEquals(small.method().views(), other.method().views());
    }
  }

  /** Caron et al. 2021, section 3, and main_dino.py. */
  @Test
  void transformersOfDinoHaveItsSettings() {
    Recipe recipe =
        Methods.recipe("dino", Preset.named("vit-s16"), task(224, 3, IMAGENET, 300 * 5004));
    VisionTransformer backbone = (VisionTransformer) recipe.backbone();
    assertEquals(List.of(16, 384, 12, 6, 14), shape(backbone));
    assertEquals(0.1, backbone.dropPath());
    assertEquals(AdamW.forTransformers(), recipe.optimizer());
    assertEquals(256, recipe.batchSize());
    assertEquals(new RateSchedule.Cosine(0.0005, 1e-6, 10 * 5004), recipe.schedule());
    Dino dino = (Dino) recipe.method();
    assertFalse(dino.head().batchNorm());
    assertEquals(65_536, dino.head().prototypes());
    assertEquals(new RandomResizedCrop(0.4, 1), dino.global1().geometry());
    assertEquals(new RandomResizedCrop(0.05, 0.4), dino.locals().geometry());
    assertEquals(8, dino.locals().count());
    assertEquals(96, dino.locals().size());
    assertEquals(0.996, dino.teacherDecay());
  }

  private static List<Integer> shape(VisionTransformer network) {
    return List.of(
        network.patch(), network.width(), network.depth(), network.heads(), network.grid());
  }

  private static VisionTransformer transformer(String name, int side) {
    return (VisionTransformer) Preset.named(name).backbone(task(side, 3, 1000, 100));
  }

  /** Sizes of the papers; a quarter of the patch for small images, as ResNets have of the stem. */
  @Test
  void transformersFitTheirImages() {
    assertEquals(List.of(16, 192, 12, 3, 14), shape(transformer("vit-ti16", 224)));
    assertEquals(List.of(8, 384, 12, 6, 28), shape(transformer("vit-s8", 256)));
    assertEquals(List.of(14, 768, 12, 12, 16), shape(transformer("vit-b14", 224)));
    assertEquals(List.of(4, 192, 12, 3, 8), shape(transformer("vit-ti16", 32)));
    assertEquals(List.of(4, 384, 12, 6, 7), shape(transformer("vit-s14-reg", 28)));
    assertEquals(0, transformer("vit-s14", 224).registers());
    assertEquals(Positions.OFFSET, transformer("vit-s14", 224).positions());
    assertEquals(1e-5, transformer("vit-s14", 224).layerScale());
    assertEquals(4, transformer("vit-s14-reg", 224).registers());
    assertEquals(Positions.ANTIALIASED, transformer("vit-s14-reg", 224).positions());
    Obow obow =
        (Obow)
            Methods.recipe("obow", Preset.named("small/vit-ti16"), task(32, 3, 1000, 100)).method();
    assertEquals(List.of("block12"), obow.levels());
    assertEquals(20, obow.crops().get(0).size(), "whole patches");
  }

  /** SGD and LARS hardly train a transformer; only a linear layer on a frozen one has SGD. */
  @Test
  void everyMethodTrainsTransformersByAdamW() {
    for (String method : Methods.names()) {
      for (String preset : List.of("vit-ti16", "small/vit-ti16")) {
        Recipe recipe = Methods.recipe(method, Preset.named(preset), task(32, 3, 5000, 1000));
        assertTrue(recipe.optimizer() instanceof AdamW, method + " " + recipe.optimizer());
      }
    }
    Task task = task(32, 3, 5000, 1000);
    VisionTransformer backbone = transformer("vit-ti16", 32);
    assertEquals(
        AdamW.forTransformers(),
        Supervised.recipe(backbone, task, List.of("a", "b"), Supervised.Trained.ALL, null, 0)
            .optimizer());
    assertEquals(
        new Sgd(0.9, 0, true),
        Supervised.recipe(backbone, task, List.of("a", "b"), Supervised.Trained.HEAD, null, 0)
            .optimizer());
  }

  /** Gidaris et al. 2024, README and main_pretrain.py of the reference code. */
  @Test
  void mocaHasItsAuthorsSettings() {
    Recipe recipe =
        Methods.recipe("moca", Preset.named("vit-b16"), task(224, 3, IMAGENET, 200 * 5004));
    VisionTransformer backbone = (VisionTransformer) recipe.backbone();
    assertEquals(List.of(16, 768, 12, 12, 14), shape(backbone));
    assertEquals(VisionTransformer.Feature.PATCH_MEAN, backbone.feature());
    assertEquals(0, backbone.dropPath());
    assertEquals(
        new AdamW(0.9, 0.999, 1e-8, 0.05, 0.2, AdamW.Decayed.MATRICES, 0.1, AdamW.Clipped.ALL),
        recipe.optimizer());
    assertEquals(new RateSchedule.Cosine(1.5e-4, 0, 100_080, null, 1.25), recipe.schedule());
    Moca moca = (Moca) recipe.method();
    assertEquals(List.of(4096, 32), List.of(moca.words(), moca.newWords()));
    assertEquals(List.of(10.0, 3.0), List.of(moca.inverseDelta(), moca.inverseTemperature()));
    assertEquals(List.of(2, 4), List.of(moca.borderCrop(), moca.earlyBlocks()));
    assertEquals(new PatchDecoder(512, 2, 16), moca.decoder());
    assertEquals(new PatchMask(0.55, 0.35), moca.firstMask());
    assertEquals(new PatchMask(0.75, 0.55), moca.secondMask());
    assertEquals(List.of(0.5, 0.5), List.of(moca.imageWeight(), moca.tokenWeight()));
    assertEquals(1e-4, moca.generatorRate());
    assertEquals(0.994, moca.teacherDecay());
  }

  @Test
  void theDefaultPresetOfAMethodIsOneThatItWorksWith() {
    for (String method : Methods.names()) {
      Recipe recipe = Methods.recipe(method, Methods.preset(method, "small"), task(32, 3, 500, 9));
      assertEquals(method, recipe.method().name());
    }
    assertEquals(Preset.SMALL, Methods.preset("obow", "small"));
    assertEquals(Preset.named("small/vit-mini4"), Methods.preset("moca", "small"));
    assertEquals(Preset.SMALL, Methods.preset("moca", "small/resnet8"));
    assertEquals(
        "the network of moca is a ResNet, must be a VisionTransformer, whose patches it hides; take"
            + " a network vit-...",
        assertThrows(
                UserError.class, () -> Methods.recipe("moca", Preset.RESNET18, task(32, 3, 500, 9)))
            .getMessage());
    assertTrue(
        assertThrows(
                UserError.class,
                () -> Methods.recipe("moca", Preset.named("vit-s16-dinov3"), task(32, 3, 500, 9)))
            .getMessage()
            .startsWith("positions of the transformer are rotary, must be learned ones for moca"));
  }

  @Test
  void mocaRefusesWhatItCannotHide() {
    ObjectNode moca =
        (ObjectNode)
            Methods.toTree(
                Methods.recipe("moca", Preset.named("small/vit-mini4"), task(28, 3, 500, 9)));
    for (List<Object> wrong :
        List.<List<Object>>of(
            List.of("/method", "borderCrop", 4, "has 7x7 patches, and a border crop of 4 leaves"),
            List.of("/method", "earlyBlocks", 4, "must be less than the transformer's depth"),
            List.of("/method", "newWords", 300, "must be positive and at most words"),
            List.of("/method/secondMask", "encoder", 0.5, "than encoder, which is 0.5"),
            List.of("/method/secondMask", "encoder", 0.56, "must be at most the 18"),
            List.of("/method/firstMask", "encoder", 0.99, "the encoder sees 0 and the decoder"),
            List.of("/method/decoder", "width", 6, "must be a positive multiple of 4"),
            List.of("/method/decoder", "heads", 3, "must be a divisor of width"),
            List.of("/method/second", "size", 24, "must have one size"),
            List.of("/method/second", "name", "view1", "must have different names"))) {
      ObjectNode tree = moca.deepCopy();
      ((ObjectNode) tree.at((String) wrong.get(0))).putPOJO((String) wrong.get(1), wrong.get(2));
      String message =
          assertThrows(UserError.class, () -> Methods.recipe(tree.toString()), wrong.toString())
              .getMessage();
      assertTrue(message.contains((String) wrong.get(3)), message);
    }
  }

  @Test
  void unknownMethodsAreRefused() {
    assertEquals(
        "method is simclr2, must be one of " + String.join(", ", Methods.names()),
        assertThrows(
                UserError.class,
                () -> Methods.recipe("simclr2", Preset.SMALL, task(28, 1, 100, 10)))
            .getMessage());
  }

  private static ObjectNode tree() {
    return (ObjectNode)
        Methods.toTree(Methods.recipe("obow", Preset.SMALL, task(28, 1, 1000, 100)));
  }

  private static String refused(Consumer<ObjectNode> change) {
    ObjectNode tree = tree();
    change.accept(tree);
    return assertThrows(UserError.class, () -> Methods.recipe(tree), tree::toString).getMessage();
  }

  /** Each value, as JSON, is refused by a message that names place and value. */
  private static void refuses(String parent, String place, String allowed, Object... values) {
    for (Object value : values) {
      JsonNode node = JSON.valueToTree(value);
      String message = refused(tree -> ((ObjectNode) tree.at(parent)).set(place, node));
      assertTrue(
          message.contains(place + " is " + value) && message.contains(allowed),
          place + " = " + value + ": " + message);
    }
  }

  private static final double NAN = Double.NaN;
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  @Test
  void numbersOfTheMethodOutOfRangeAreRefused() {
    refuses("/method", "words", "must be positive", 0, -64);
    refuses("/method", "words", "must be a multiple of batchSize, which is 64: take 64", 65, 1);
    refuses("/method", "inverseDelta", "must be positive and finite", 0.0, -1.0, NAN, INFINITE);
    refuses(
        "/method", "inverseTemperature", "must be positive and finite", 0.0, -5.0, NAN, INFINITE);
    refuses("/method", "borderCrop", "must be at least 0", -1);
    refuses("/method", "distanceDecay", "must be in [0, 1)", -0.01, 1.0, NAN);
    refuses("/method", "teacherDecay", "must be in [0, 1]", -0.01, 1.01, NAN);
    String message = refused(tree -> method(tree).put("borderCrop", 3));
    assertTrue(message.contains("a border crop of 3") && message.contains("7x7"), message);
  }

  @Test
  void numbersOfTheRecipeOutOfRangeAreRefused() {
    refuses("", "batchSize", "must be at least 2", 1, 0, -8);
    refuses("/schedule", "learningRate", "must be at least 0 and finite", -0.1, NAN, INFINITE);
    refuses("/schedule", "endLearningRate", "between 0 and learningRate", -0.1, 0.3, NAN);
    refuses("", "steps", "must be positive", 0, -1);
    refuses("/schedule", "warmupSteps", "between 0 and steps, of which there are 100", -1, 100);
    refuses("", "microBatches", "must be a divisor of batchSize, which is 64", 0, -1, 3, 64, 128);
    refuses("", "collapseThreshold", "must be at least 0", -1.0, NAN);
  }

  private static ObjectNode method(ObjectNode tree) {
    return (ObjectNode) tree.get("method");
  }

  @Test
  void levelsAndViewsThatCannotBeAreRefused() {
    assertTrue(refused(t -> method(t).putArray("levels")).contains("levels is empty"));
    assertTrue(refused(t -> method(t).putArray("levels").add("layer9")).contains("layer9"));
    assertTrue(
        refused(t -> method(t).putArray("levels").add("layer2").add("layer2"))
            .contains("must name no level twice"));
    assertTrue(refused(t -> method(t).putArray("crops")).contains("crops is empty"));
    assertTrue(
        refused(t -> ((ArrayNode) method(t).get("crops")).add(method(t).get("crops").get(0)))
            .contains("must have different names"));
    assertTrue(
        refused(t -> ((ObjectNode) method(t).get("crops").get(0)).put("name", "teacher"))
            .contains("must have different names"));
    assertTrue(
        refused(t -> ((ObjectNode) method(t).get("teacherView")).put("count", 2))
            .contains("must be 1"));
    assertTrue(refused(t -> method(t).put("reduction", "median")).contains("median"));
  }

  @Test
  void recipesOfEarlierVersionsAreFloat32AndTakeStepsAtOnce() {
    ObjectNode tree = tree();
    assertEquals(1, tree.remove("microBatches").asInt());
    assertEquals("float32", tree.remove("precision").asText());
    assertEquals(Methods.recipe(tree()), Methods.recipe(tree));
    for (Precision precision : Precision.values()) {
      ObjectNode other = tree().putPOJO("precision", precision);
      Recipe recipe = Methods.recipe(other.toString());
      assertEquals(precision, recipe.precision());
      assertEquals(recipe, Methods.recipe(Methods.toJson(recipe)));
      assertEquals(precision, recipe.withSchedule(recipe.schedule()).precision());
    }
    assertTrue(refused(t -> t.put("precision", "float8")).contains("float8"));
    assertTrue(refused(t -> t.putNull("precision")).contains("precision is null, must be float32"));
  }

  @Test
  void recipesOfEarlierVersionsHaveAdamWOfOneDecayWithoutClipping() {
    Recipe recipe = Methods.recipe("autoencoder", Preset.SMALL, task(28, 1, 1000, 100));
    ObjectNode tree = (ObjectNode) Methods.toTree(recipe);
    ObjectNode optimizer = (ObjectNode) tree.get("optimizer");
    optimizer.remove(List.of("endWeightDecay", "decayed", "clip", "clipped"));
    assertEquals(List.of("beta1", "beta2", "epsilon", "type", "weightDecay"), sorted(optimizer));
    assertEquals(recipe, Methods.recipe(tree));
    assertEquals(new AdamW(0.9, 0.999, 1e-8, 0.01), Methods.recipe(tree).optimizer());
  }

  @Test
  void schedulesOfEarlierVersionsStartTheirWarmUpAtZero() {
    Recipe recipe = Methods.recipe("swav", Preset.SMALL, task(28, 1, 1000, 100));
    assertEquals(
        List.of("endLearningRate", "learningRate", "type", "warmupSteps"),
        sorted((ObjectNode) Methods.toTree(recipe).get("schedule")));
    Recipe other = recipe.withSchedule(new RateSchedule.Cosine(4.8, 0.0048, 10, 0.3));
    assertEquals(other, Methods.recipe(Methods.toJson(other)));
  }

  /** Caron et al. 2020 and swav_200ep_bs256_pretrain.sh. */
  @Test
  void theSettingsOfSwavAreTheAuthors() {
    Recipe recipe = Methods.recipe("swav", Preset.RESNET50, task(224, 3, IMAGENET, 200 * 5004));
    assertEquals(new Larc(0.9, 1e-6, 0.001, 1e-8), recipe.optimizer());
    assertEquals(new RateSchedule.Cosine(0.6, 0.0006, 0), recipe.schedule());
    assertEquals(256, recipe.batchSize());
    Swav swav = (Swav) recipe.method();
    assertEquals(3000, swav.prototypes());
    assertEquals(3840, swav.queue());
    assertEquals(15.0 / 200, swav.queueStart());
    assertEquals(1.0 / 200, swav.frozenPrototypes());
    assertEquals(List.of(224, 96), swav.views().stream().map(ViewSpec::size).toList());
    assertEquals(List.of(2, 6), swav.views().stream().map(ViewSpec::count).toList());
    JsonNode tree = Methods.toTree(recipe);
    ((ObjectNode) tree.get("method")).put("queue", 255);
    assertEquals(
        "queue is 255, must be 0 or at least batchSize, which is 256",
        assertThrows(UserError.class, () -> Methods.recipe(tree)).getMessage());
    ((ObjectNode) tree.get("method")).putArray("locals");
    ((ObjectNode) tree.at("/method/globals")).put("count", 1);
    assertEquals(
        "an image has 1 crop, must have 2 at least: raise count of globals",
        assertThrows(UserError.class, () -> Methods.recipe(tree)).getMessage());
  }

  @Test
  void recipesOfEarlierVersionsHaveCosinesOfTheRunAndTransformersOfFour() {
    Recipe recipe = Methods.recipe("dino", Preset.named("vit-ti16"), task(28, 1, 1000, 100));
    ObjectNode tree = (ObjectNode) Methods.toTree(recipe);
    assertFalse(tree.get("schedule").has("length"));
    assertEquals(4, ((ObjectNode) tree.get("backbone")).remove("expansion").asInt());
    assertEquals(recipe, Methods.recipe(tree));
  }

  private static List<String> sorted(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names.stream().sorted().toList();
  }

  @Test
  void whatIsNotANumberOfTheKindIsRefused() {
    assertTrue(refused(t -> method(t).put("words", 64.5)).contains("64.5"));
    assertTrue(refused(t -> method(t).putNull("borderCrop")).contains("null"));
    assertTrue(refused(t -> t.remove("seed")).contains("null"));
    assertTrue(refused(t -> t.put("wrods", 3)).contains("wrods"));
    assertTrue(refused(t -> t.put("batchSize", "many")).contains("many"));
  }
}
