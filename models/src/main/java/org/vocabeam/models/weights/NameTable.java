package org.vocabeam.models.weights;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of a kind of network in the files of a library, and those of our variables. A name is known
 * if it is in the table, and no other way.
 */
public enum NameTable {
  /** ResNets of torchvision, timm, DINO, MoCo, SwAV and others who kept torchvision's names. */
  RESNET("ResNet, names of torchvision and timm", "(?:conv|bn|layer|stem|maxpool).*") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put("(conv1\\.weight|bn1\\." + NORM + ")", "$1");
      rules.put("(layer\\d\\.\\d+\\." + RESIDUAL + ")", "$1");
    }
  },
  /** ResNets of OBoW's {@code save_feature_extractor}. */
  OBOW_RESNET("ResNet, names of OBoW's feature extractor", "_feature_blocks.*") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put("_feature_blocks\\.0\\.Conv\\.(weight)", "conv1.$1");
      rules.put("_feature_blocks\\.0\\.bn\\.(" + NORM + ")", "bn1.$1");
      rules.put("_feature_blocks\\.(\\d\\.\\d+\\." + RESIDUAL + ")", "layer$1");
    }
  },
  /** Wide ResNets of OBoW's {@code save_feature_extractor}. */
  OBOW_WIDE_RESNET("wide ResNet, names of OBoW's feature extractor", "_feature_blocks.*") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put("_feature_blocks\\.0\\.(Conv\\.weight|BN\\." + NORM + ")", "conv1.$1");
      rules.put(
          "_feature_blocks\\.([1-3]\\.Block\\.layer\\.\\d+\\."
              + "(?:convResidual\\.(?:conv[12]\\.weight|bn[12]\\."
              + NORM
              + ")|convShortcut\\.weight))",
          "block$1");
      rules.put("_feature_blocks\\.([1-3]\\.BN\\." + NORM + ")", "block$1");
    }
  },
  /** Vision transformers of DINO, DINOv2, DINOv3 and timm; blocks may stand in chunks. */
  VIT(
      "vision transformer, names of DINO, DINOv2, DINOv3 and timm",
      "(?:blocks|patch_embed|norm|pos_|cls_|reg|storage|rope|rel_).*") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put(
          "(cls_token|pos_embed|register_tokens|(?:patch_embed\\.proj|norm)\\." + LINEAR + ")",
          "$1");
      rules.put("reg_token|storage_tokens", "register_tokens");
      rules.put("(" + ROPE_PERIODS.replace(".", "\\.") + ")", "$1");
      rules.put("(blocks\\.\\d+\\." + BIAS_MASK.replace(".", "\\.") + ")", "$1");
      rules.put(
          "blocks\\.(?:\\d+\\.)?(\\d+\\.(?:ls[12]\\.gamma"
              + "|(?:norm[12]|attn\\.qkv|attn\\.proj|mlp\\.(?:fc1|fc2|w12|w3))\\."
              + LINEAR
              + "))",
          "blocks.$1");
    }
  },
  /**
   * Vision transformers of DINOv3 by the names of Hugging Face's transformers, where queries, keys
   * and values are layers of their own, and keys have no bias.
   */
  DINO_V3_TRANSFORMERS(
      "vision transformer, names of Hugging Face's DINOv3",
      "(?:embeddings\\.(?!mask_token)|layer\\.|norm\\.).*") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put("embeddings\\.(cls_token|register_tokens)", "$1");
      rules.put(
          "embeddings\\.patch_embeddings\\.(?:proj\\.)?(" + LINEAR + ")", "patch_embed.proj.$1");
      rules.put("(norm\\." + LINEAR + ")", "$1");
      String block = "layer\\.(\\d+)\\.";
      rules.put(block + "(norm[12]\\." + LINEAR + ")", "blocks.$1.$2");
      rules.put(block + "attention\\.([qkv])_proj\\.(" + LINEAR + ")", "blocks.$1.attn.$2.$3");
      rules.put(block + "attention\\.o_proj\\.(" + LINEAR + ")", "blocks.$1.attn.proj.$2");
      rules.put(block + "layer_scale([12])\\.lambda1", "blocks.$1.ls$2.gamma");
      rules.put(block + "mlp\\.up_proj\\.(" + LINEAR + ")", "blocks.$1.mlp.fc1.$2");
      rules.put(block + "mlp\\.down_proj\\.(" + LINEAR + ")", "blocks.$1.mlp.fc2.$2");
    }
  },
  /** Vision transformers of torchvision. */
  TORCHVISION_VIT(
      "vision transformer, names of torchvision", "(?:encoder|class_token|conv_proj).*") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put("class_token", "cls_token");
      rules.put("encoder\\.pos_embedding", "pos_embed");
      rules.put("conv_proj\\.(" + LINEAR + ")", "patch_embed.proj.$1");
      rules.put("encoder\\.ln\\.(" + LINEAR + ")", "norm.$1");
      String block = "encoder\\.layers\\.encoder_layer_(\\d+)\\.";
      rules.put(block + "ln_([12]\\." + LINEAR + ")", "blocks.$1.norm$2");
      rules.put(block + "self_attention\\.in_proj_(" + LINEAR + ")", "blocks.$1.attn.qkv.$2");
      rules.put(block + "self_attention\\.out_proj\\.(" + LINEAR + ")", "blocks.$1.attn.proj.$2");
      rules.put(block + "mlp\\.(?:0|linear_1)\\.(" + LINEAR + ")", "blocks.$1.mlp.fc1.$2");
      rules.put(block + "mlp\\.(?:3|linear_2)\\.(" + LINEAR + ")", "blocks.$1.mlp.fc2.$2");
    }
  };

  /** Name of the periods of rotary positions, which are no weights. */
  static final String ROPE_PERIODS = "rope_embed.periods";

  /** Name in a block of the factors of the bias of queries, keys and values, no weights either. */
  static final String BIAS_MASK = "attn.qkv.bias_mask";

  private static final String LINEAR = "(?:weight|bias)";
  private static final String NORM = "(?:weight|bias|running_mean|running_var)";
  private static final String RESIDUAL =
      "(?:conv[1-3]\\.weight|bn[1-3]\\."
          + NORM
          + "|downsample\\.0\\.weight|downsample\\.1\\."
          + NORM
          + ")";

  private final String description;
  private final Pattern body;
  private final ImmutableMap<Pattern, String> rules;

  NameTable(String description, String body) {
    this.description = description;
    this.body = Pattern.compile(body);
    Map<String, String> texts = new LinkedHashMap<>();
    fill(texts);
    ImmutableMap.Builder<Pattern, String> patterns = ImmutableMap.builder();
    texts.forEach((name, variable) -> patterns.put(Pattern.compile(name), variable));
    this.rules = patterns.build();
  }

  /** Adds the patterns of names, each with the name of the variable. */
  abstract void fill(Map<String, String> rules);

  /** Returns the kind of network and whose names they are, for people. */
  @Override
  public String toString() {
    return description;
  }

  /**
   * Returns whether a name is one of the network itself, and not of a head: unless it is a
   * variable's, the file is of another kind of network.
   */
  boolean isBody(String name) {
    return body.matcher(name).matches() && !name.endsWith("num_batches_tracked");
  }

  /** Returns the name of the variable that a tensor's values belong to; empty for other tensors. */
  Optional<String> variable(String name) {
    for (Map.Entry<Pattern, String> rule : rules.entrySet()) {
      Matcher matcher = rule.getKey().matcher(name);
      if (matcher.matches()) {
        return Optional.of(matcher.replaceFirst(rule.getValue()));
      }
    }
    return Optional.empty();
  }
}
