package org.vocabeam.models.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Positions;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.backbone.WideResNet;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;

/**
 * Weights of an encoder for other libraries: safetensors in PyTorch's layouts, with the names of
 * torchvision for ResNets, of DINO and timm for transformers, of OBoW's code for wide ResNets. A
 * classifier's linear layer is {@code fc}, of transformers {@code head}.
 *
 * <pre>{@code
 * new ExportedWeights(recipe, state).write(Path.of("encoder.safetensors"), Map.of("licence", "MIT"));
 * }</pre>
 *
 * @param state of a checkpoint
 */
public record ExportedWeights(Recipe recipe, Map<String, float[]> state) {
  /** Networks of torchvision by block, depths and width. */
  private static final Map<List<Object>, String> TORCHVISION =
      Map.of(
          List.of(ResNet.Block.BASIC, List.of(2, 2, 2, 2), 64), "resnet18",
          List.of(ResNet.Block.BASIC, List.of(3, 4, 6, 3), 64), "resnet34",
          List.of(ResNet.Block.BOTTLENECK, List.of(3, 4, 6, 3), 64), "resnet50",
          List.of(ResNet.Block.BOTTLENECK, List.of(3, 4, 23, 3), 64), "resnet101",
          List.of(ResNet.Block.BOTTLENECK, List.of(3, 8, 36, 3), 64), "resnet152",
          List.of(ResNet.Block.WIDE_BOTTLENECK, List.of(3, 4, 6, 3), 128), "wide_resnet50_2",
          List.of(ResNet.Block.WIDE_BOTTLENECK, List.of(3, 4, 23, 3), 128), "wide_resnet101_2");

  /**
   * Writes the file; equal weights give equal bytes.
   *
   * @param notes texts for its metadata, beside those from which import knows the network again
   */
  public void write(Path file, Map<String, String> notes) throws IOException {
    Map<String, String> metadata = new TreeMap<>(notes);
    metadata.put("format", "pt");
    metadata.put(
        FoundNetwork.METADATA,
        new FoundNetwork(recipe.backbone(), recipe.images(), recipe.normalisation()).metadata());
    SafetensorsWriter.write(file, metadata, tensors());
  }

  /**
   * Returns the lines of Python that make {@code model} and load the weights into it; for a network
   * that no library has, a remark on its form in the place of the first.
   */
  public static List<String> pytorch(Recipe recipe, String file) {
    int classes = recipe.method().classes().size();
    String weights = "safetensors.torch.load_file(\"" + file + "\")";
    if (recipe.backbone() instanceof ResNet net
        && net.stem() == ResNet.Stem.IMAGENET
        && TORCHVISION.containsKey(List.of(net.block(), net.depths(), net.width()))) {
      String name = TORCHVISION.get(List.of(net.block(), net.depths(), net.width()));
      return List.of(
          "import torch, torchvision; model = torchvision.models."
              + name
              + (classes > 0
                  ? "(num_classes=" + classes + ")"
                  : "(); model.fc = torch.nn.Identity()"),
          load(weights));
    }
    if (recipe.backbone() instanceof VisionTransformer net && net.positions() != Positions.ROTARY) {
      // Of these names timm's differ, and it has the map; positions of registers too.
      boolean differ =
          net.registers() > 0 || net.feedForward() == VisionTransformer.FeedForward.SWIGLU;
      return List.of(
          timm(net, classes),
          load(
              differ
                  ? "timm.models.vision_transformer._convert_dinov2(" + weights + ", model)"
                  : weights));
    }
    return List.of("# model: a module with these names, " + recipe.backbone(), load(weights));
  }

  private static String load(String weights) {
    return "model.load_state_dict(" + weights + ")";
  }

  private static String timm(VisionTransformer net, int classes) {
    StringBuilder line =
        new StringBuilder(
            String.format(
                "import timm, torch; model = timm.models.VisionTransformer(img_size=%d,"
                    + " patch_size=%d, embed_dim=%d, depth=%d, num_heads=%d, num_classes=%d",
                net.grid() * net.patch(),
                net.patch(),
                net.width(),
                net.depth(),
                net.heads(),
                classes));
    if (net.layerScale() != null) {
      line.append(", init_values=").append(net.layerScale());
    }
    if (net.registers() > 0) {
      line.append(", reg_tokens=").append(net.registers()).append(", no_embed_class=True");
    }
    if (net.feedForward() == VisionTransformer.FeedForward.SWIGLU) {
      // timm rounds the width down.
      line.append(
          String.format(
              ", mlp_layer=timm.layers.SwiGLUPacked, act_layer=torch.nn.SiLU, mlp_ratio=%.6f",
              (2 * net.gatedWidth() + 0.5) / net.width()));
    } else if (net.expansion() != 4) {
      line.append(", mlp_ratio=").append(net.expansion());
    }
    if (net.feature() == VisionTransformer.Feature.PATCH_MEAN) {
      line.append(", global_pool=\"avg\", fc_norm=False");
    }
    return line.append(")").toString();
  }

  private Map<String, SafetensorsWriter.Tensor> tensors() {
    Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
    for (VariableSpec variable : WeightLayout.variables(recipe.backbone(), recipe.images())) {
      tensors.put(
          torchName(recipe.backbone(), variable.unscoped()),
          tensor(variable, state.get(variable.name())));
    }
    int classes = recipe.method().classes().size();
    if (classes > 0) {
      String layer = recipe.backbone() instanceof VisionTransformer ? "head" : "fc";
      float[] weight = state.get(Method.CLASSIFIER + "fc.weight");
      float[] bias = state.get(Method.CLASSIFIER + "fc.bias");
      VariableSpec linear =
          new VariableSpec(
              Method.CLASSIFIER + "fc.weight",
              "fc.weight",
              VariableSpec.Role.TRAINED,
              null,
              new long[] {recipe.backbone().embeddingWidth(), classes});
      tensors.put(layer + ".weight", tensor(linear, weight));
      tensors.put(layer + ".bias", new SafetensorsWriter.Tensor(List.of((long) classes), bias));
    }
    return tensors;
  }

  private static SafetensorsWriter.Tensor tensor(VariableSpec variable, float[] values) {
    return new SafetensorsWriter.Tensor(
        WeightLayout.torchShape(variable), WeightLayout.toTorch(variable, values));
  }

  /** Returns the name that the libraries have for a variable; most are the same. */
  private static String torchName(Backbone backbone, String variable) {
    return backbone instanceof WideResNet
        ? variable
            .replaceFirst("^conv1\\.", "_feature_blocks.0.")
            .replaceFirst("^block(\\d)\\.", "_feature_blocks.$1.")
        : variable;
  }
}
