package org.vocabeam.models.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;

/** A size of network with the settings that go with it, of any method. */
public enum Preset {
  /** For 28 to 64 pixels and a few minutes on a processor. */
  @JsonProperty("small")
  SMALL,
  @JsonProperty("resnet18")
  RESNET18,
  @JsonProperty("resnet50")
  RESNET50;

  /** The preset of a name, as it is written in options. */
  public static Preset named(String name) {
    for (Preset preset : values()) {
      if (preset.name().toLowerCase(Locale.ROOT).equals(name)) {
        return preset;
      }
    }
    throw new UserError("preset is " + name + ", must be small, resnet18 or resnet50");
  }

  /** The preset's network; the papers' ones get a small-image stem for small images. */
  public Backbone backbone(Task task) {
    ResNet.Stem stem = task.isSmall() ? ResNet.Stem.SMALL : ResNet.Stem.IMAGENET;
    return switch (this) {
      case SMALL -> new ResNet(ResNet.Block.BASIC, List.of(1, 1, 1), 32, ResNet.Stem.SMALL_STRIDED);
      case RESNET18 -> ResNet.resNet18(stem);
      case RESNET50 -> ResNet.resNet50(stem);
    };
  }
}
