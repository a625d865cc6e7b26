package org.vocabeam.models.training;

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
  /** Small settings for a residual network of 8 layers. */
  public static final Preset SMALL = new Preset("resnet8", Settings.SMALL);

  /** Papers' settings for ResNet-18. */
  public static final Preset RESNET18 = new Preset("resnet18", Settings.PAPER);

  /** Papers' settings for ResNet-50. */
  public static final Preset RESNET50 = new Preset("resnet50", Settings.PAPER);

  private static final String SMALL_NAME = "small";
  private static final String SMALL_PREFIX = SMALL_NAME + "/";

  /**
   * Returns the preset of a name.
   *
   * @param name {@code small}; {@code small/NETWORK}, for the small settings on another network; or
   *     {@code NETWORK}, for the papers' settings
   * @throws UserError if there is no such preset
   */
  public static Preset named(String name) {
    if (name.equals(SMALL_NAME)) {
      return SMALL;
    }
    boolean small = name.startsWith(SMALL_PREFIX);
    String network = small ? name.substring(SMALL_PREFIX.length()) : name;
    if (!Backbones.names().contains(network)) {
      throw new UserError(
          String.format(
              "preset is %s, must be small, small/NETWORK or NETWORK, where a network is one of %s",
              name, String.join(", ", Backbones.names())));
    }
    return new Preset(network, small ? Settings.SMALL : Settings.PAPER);
  }

  /** Returns the name that {@link #named} knows. */
  public String name() {
    if (equals(SMALL)) {
      return SMALL_NAME;
    }
    return settings == Settings.PAPER ? network : SMALL_PREFIX + network;
  }

  /** Returns the network, in its form for the task's images. */
  public Backbone backbone(Task task) {
    return Backbones.named(network, task.side());
  }
}
