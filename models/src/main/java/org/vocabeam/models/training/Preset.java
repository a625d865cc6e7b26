package org.vocabeam.models.training;

import java.util.List;
import java.util.stream.Stream;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Backbones;

/**
 * A network by name and the kind of settings that go with it:
 *
 * <pre>{@code
 * Recipe recipe = Methods.recipe("obow", Preset.named("resnet18"), task);
 * }</pre>
 *
 * @param network one of {@link Backbones#names}
 * @param settings of the method
 */
public record Preset(String network, Settings settings) {
  /** A residual network of 8 layers for 28 to 64 pixels and minutes on a processor. */
  public static final Preset SMALL = new Preset("resnet8", Settings.SMALL);

  /** The papers' settings for ResNet-18. */
  public static final Preset RESNET18 = new Preset("resnet18", Settings.PAPER);

  /** The papers' settings for ResNet-50. */
  public static final Preset RESNET50 = new Preset("resnet50", Settings.PAPER);

  private static final String SMALL_NAME = "small";

  /** Returns the names of presets: {@code small}, and every network for the papers' settings. */
  public static List<String> names() {
    return Stream.concat(Stream.of(SMALL_NAME), Backbones.names().stream()).toList();
  }

  /**
   * Returns the preset of a name.
   *
   * @param name one of {@link #names}
   * @throws UserError if there is no such preset
   */
  public static Preset named(String name) {
    if (name.equals(SMALL_NAME)) {
      return SMALL;
    }
    if (!Backbones.names().contains(name)) {
      throw new UserError("preset is " + name + ", must be one of " + names());
    }
    return new Preset(name, Settings.PAPER);
  }

  /** Returns the same kind of settings for another network. */
  public Preset withNetwork(String other) {
    return new Preset(other, settings);
  }

  /** Returns the name that {@link #named} knows, or {@code small/NETWORK}. */
  public String name() {
    if (equals(SMALL)) {
      return SMALL_NAME;
    }
    return settings == Settings.PAPER ? network : SMALL_NAME + "/" + network;
  }

  /** Returns the network, in its form for the task's images. */
  public Backbone backbone(Task task) {
    return Backbones.named(network, task.side());
  }
}
