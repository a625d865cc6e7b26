package org.vocabeam.models.weights;

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
  RESNET("ResNet, names of torchvision and timm") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put("(conv1\\.weight|bn1\\." + NORM + ")", "$1");
      rules.put("(layer\\d\\.\\d+\\." + RESIDUAL + ")", "$1");
    }
  },
  /** ResNets of OBoW's {@code save_feature_extractor}. */
  OBOW_RESNET("ResNet, names of OBoW's feature extractor") {
    @Override
    void fill(Map<String, String> rules) {
      rules.put("_feature_blocks\\.0\\.Conv\\.(weight)", "conv1.$1");
      rules.put("_feature_blocks\\.0\\.bn\\.(" + NORM + ")", "bn1.$1");
      rules.put("_feature_blocks\\.(\\d\\.\\d+\\." + RESIDUAL + ")", "layer$1");
    }
  },
  /** Wide ResNets of OBoW's {@code save_feature_extractor}. */
  OBOW_WIDE_RESNET("wide ResNet, names of OBoW's feature extractor") {
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
  };

  private static final String NORM = "(?:weight|bias|running_mean|running_var)";
  private static final String RESIDUAL =
      "(?:conv[1-3]\\.weight|bn[1-3]\\."
          + NORM
          + "|downsample\\.0\\.weight|downsample\\.1\\."
          + NORM
          + ")";

  private final String description;
  private final Map<Pattern, String> rules = new LinkedHashMap<>();

  NameTable(String description) {
    this.description = description;
    Map<String, String> texts = new LinkedHashMap<>();
    fill(texts);
    texts.forEach((name, variable) -> rules.put(Pattern.compile(name), variable));
  }

  /** Adds the patterns of names, each with the name of the variable. */
  abstract void fill(Map<String, String> rules);

  /** Returns the kind of network and whose names they are, for people. */
  @Override
  public String toString() {
    return description;
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
