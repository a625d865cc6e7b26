package org.vocabeam.pipelines.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.onnx.OnnxModel;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.MapShape;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.weights.ExportedWeights;
import org.vocabeam.models.weights.Imported;
import org.vocabeam.pipelines.stage.ExportStage.Format;
import org.vocabeam.transforms.checkpoint.Checkpoint;

/**
 * Description of an exported encoder, in Markdown.
 *
 * @param trained checkpoint of the encoder
 * @param fingerprint fingerprint of the checkpoint
 * @param pooling features that the encoder computes
 * @param maps further levels whose maps it returns
 * @param metrics metrics store; null without one
 * @param formats forms in which the encoder is written
 */
record ModelCard(
    Checkpoint trained,
    String fingerprint,
    Pooling pooling,
    List<String> maps,
    @Nullable String metrics,
    List<Format> formats) {

  /** Returns the content of the file. */
  String text() {
    Recipe recipe = trained.recipe();
    ImageShape shape = recipe.images();
    return String.join(
        "\n",
        "# Image encoder, " + recipe.method().name(),
        "",
        origin(),
        "",
        "## Use",
        "",
        formats.stream().map(this::use).collect(Collectors.joining("\n")),
        formats.equals(List.of(Format.SAFETENSORS)) ? "" : interfaceLines() + "\n",
        String.format(
            "Images of %d x %d are taken as they are; others are scaled so that they cover 256 / 224"
                + " of that, and their centre is cut out. Compare embeddings by cosine.",
            shape.height(), shape.width()),
        "",
        "## Training",
        "",
        training(),
        "- level: " + pooling.levelOf(recipe.backbone()) + ", grid: " + pooling.grid(),
        "",
        "## Results",
        "",
        metrics == null
            ? "Not evaluated when this was exported."
            : "```" + MetricsTable.of(MetricsTable.read(metrics)) + "```",
        "",
        "Accuracy on the evaluation data says nothing of other data; evaluate on your own.",
        "",
        "## Provenance",
        "",
        source(),
        "- checkpoint: " + fingerprint,
        "",
        "```json",
        Methods.toTree(recipe).toPrettyString(),
        "```",
        "");
  }

  /** Returns how a form is loaded and what it takes and returns. */
  private String use(Format format) {
    Recipe recipe = trained.recipe();
    return switch (format) {
      case SAVEDMODEL ->
          String.join(
              "\n",
              "SavedModel; images are scaled and normalised inside:",
              "",
              "```python",
              "import tensorflow as tf",
              "encoder = tf.saved_model.load(\".\").signatures[\"serving_default\"]",
              "embedding = encoder(images=tf.constant(images))[\"embedding\"]",
              "```",
              "");
      case ONNX ->
          String.join(
              "\n",
              "ONNX (operations of version "
                  + OnnxModel.OPSET
                  + "); images are scaled and normalised inside. Python:",
              "",
              "```python",
              "import onnxruntime",
              "encoder = onnxruntime.InferenceSession(\"" + format.file() + "\")",
              "embedding = encoder.run([\"embedding\"], {\"images\": images})[0]",
              "```",
              "",
              "Java; `pixels` is a direct `ByteBuffer` of n images of h x w pixels:",
              "",
              "```java",
              "OrtSession encoder = OrtEnvironment.getEnvironment().createSession(\""
                  + format.file()
                  + "\");",
              "OnnxTensor images = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), pixels,"
                  + " new long[] {n, h, w, "
                  + recipe.images().channels()
                  + "}, OnnxJavaType.UINT8);",
              "float[][] embedding = (float[][]) encoder.run(Map.of(\"images\","
                  + " images)).get(\"embedding\").get().getValue();",
              "```",
              "",
              "Its metadata has version, checkpoint, preprocessing, level"
                  + (recipe.method().classes().isEmpty() ? "." : " and labels (a JSON list)."),
              "");
      case SAFETENSORS ->
          String.join(
              "\n",
              "Weights for PyTorch, without what is done to the images:",
              "",
              "```python",
              "import safetensors.torch",
              String.join("\n", ExportedWeights.pytorch(recipe, format.file())),
              "```",
              "",
              torchInterface(),
              "");
    };
  }

  /** Returns the lines on what the network in PyTorch takes and returns. */
  private String torchInterface() {
    Recipe recipe = trained.recipe();
    int height = recipe.images().height();
    int width = recipe.images().width();
    String positions = "";
    if (recipe.backbone() instanceof VisionTransformer net
        && (height != net.grid() * net.patch() || width != height)) {
      // timm's network takes images of the size for which there are positions.
      positions =
          String.format(
              ", for which positions were learned (at %d x %d, which SavedModel and ONNX show, timm"
                  + " resizes them in another way)",
              height, width);
      height = net.grid() * net.patch();
      width = height;
    }
    int classes = recipe.method().classes().size();
    return String.format(
            "- in: (pixel / 255 - mean) / deviation, with mean %s and deviation %s, `[N, %d, %d, %d]`%s\n",
            Arrays.toString(recipe.normalisation().mean()),
            Arrays.toString(recipe.normalisation().std()),
            recipe.images().channels(),
            height,
            width,
            positions)
        + (classes > 0
            ? "- out: logits of the classes, `[N, " + classes + "]`"
            : "- out: the mean of the last map, or a transformer's class token, `[N, "
                + recipe.backbone().embeddingWidth()
                + "]`");
  }

  private boolean isImported() {
    return trained.recipe().method() instanceof Imported;
  }

  private String origin() {
    Map<String, String> provenance = trained.provenance();
    return isImported()
        ? String.format(
            "Weights of %s, imported by Vocabeam %s. Licence: %s.",
            provenance.get(Checkpoint.FILE),
            provenance.get("version"),
            provenance.getOrDefault(Checkpoint.LICENCE, "not stated"))
        : String.format(
            "Trained %s labels by Vocabeam %s.",
            trained.recipe().method().targetSource() == TargetSource.LABELS ? "with" : "without",
            provenance.get("version"));
  }

  private String training() {
    Recipe recipe = trained.recipe();
    return recipe.method() instanceof Imported imported
        ? "- elsewhere; found as: " + imported.names()
        : String.join(
            "\n",
            "- method: " + recipe.method().name(),
            "- steps: " + trained.step() + " of " + recipe.steps(),
            "- images a step: "
                + recipe.batchSize()
                + " by "
                + trained.provenance().get("replicas")
                + " replica(s)",
            "- seed: " + recipe.seed());
  }

  private String source() {
    Map<String, String> provenance = trained.provenance();
    return isImported()
        ? String.format(
            "- file: %s, SHA-256 %s",
            provenance.get(Checkpoint.FILE), provenance.get(Checkpoint.FILE_HASH))
        : String.join(
            "\n",
            "- images store: " + provenance.get(Checkpoint.IMAGES),
            "- split: " + provenance.get("split"));
  }

  /** Returns how pixels become the numbers that the network takes. */
  static String preprocessing(Recipe recipe) {
    return String.format(
        "uint8 images [N, h, w, %d] of any h and w, those that are not %d x %d are scaled and cut"
            + " to that; (pixel / 255 - mean) / deviation with mean %s and deviation %s",
        recipe.images().channels(),
        recipe.images().height(),
        recipe.images().width(),
        Arrays.toString(recipe.normalisation().mean()),
        Arrays.toString(recipe.normalisation().std()));
  }

  /** Returns the lines on inputs and outputs of the forms that have preprocessing inside. */
  private String interfaceLines() {
    Recipe recipe = trained.recipe();
    Backbone backbone = recipe.backbone();
    List<String> lines = new ArrayList<>();
    lines.add(
        formats.stream()
                .filter(format -> format != Format.SAFETENSORS)
                .map(format -> format == Format.ONNX ? "ONNX" : "SavedModel")
                .collect(Collectors.joining(" and "))
            + ":\n");
    lines.add(
        "- in: `images`, uint8 `[N, h, w, "
            + recipe.images().channels()
            + "]`, any N, h and w"
            + (recipe.images().channels() == 3 ? ", channels red, green, blue" : ""));
    lines.add("- out: `embedding`, float32 `[N, " + pooling.width(backbone) + "]`");
    lines.add(mapLine("map", pooling.levelOf(backbone)));
    maps.forEach(level -> lines.add(mapLine("map_" + level, level)));
    List<String> classes = recipe.method().classes();
    if (!classes.isEmpty()) {
      lines.add(
          String.format(
              "- out: `logits` and `probabilities`, float32 `[N, %d]`, of the classes %s",
              classes.size(),
              classes.stream().map(name -> '`' + name + '`').collect(Collectors.joining(", "))));
    }
    return String.join("\n", lines);
  }

  private String mapLine(String output, String level) {
    MapShape shape = MapShape.of(trained.recipe(), level);
    return String.format(
        "- out: `%s`, float32 `[N, %d, %d, %d]`, the map of %s",
        output, shape.rows(), shape.columns(), shape.channels(), level);
  }
}
