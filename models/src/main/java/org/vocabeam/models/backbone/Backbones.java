package org.vocabeam.models.backbone;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.vocabeam.models.UserError;

/**
 * Registration of the networks. A kind of network is one file, a record with its sizes by name, and
 * one line here:
 *
 * <pre>{@code
 * Backbone network = Backbones.named("resnet18", 224);
 * }</pre>
 */
public final class Backbones {
  private static final List<Kind> KINDS =
      List.of(
          new Kind(ResNet.class, ResNet.SIZES),
          new Kind(WideResNet.class, WideResNet.SIZES),
          new Kind(VisionTransformer.class, TransformerSizes.byName()));

  /** Shorter side, in pixels, below which images want a network that shrinks them less. */
  private static final int SMALL_SIDE = 128;

  private static final Map<String, IntFunction<Backbone>> SIZES = sizes();

  /**
   * A kind of network.
   *
   * @param type with a {@code JsonTypeName}
   * @param sizes by name; each makes the network for images of a shorter side in pixels
   */
  private record Kind(Class<? extends Backbone> type, Map<String, IntFunction<Backbone>> sizes) {}

  private Backbones() {}

  private static Map<String, IntFunction<Backbone>> sizes() {
    ImmutableMap.Builder<String, IntFunction<Backbone>> sizes = ImmutableMap.builder();
    KINDS.forEach(kind -> sizes.putAll(kind.sizes()));
    return sizes.build();
  }

  /** Returns the names of all networks. */
  public static List<String> names() {
    return List.copyOf(SIZES.keySet());
  }

  /** Returns the classes of all networks, for JSON. */
  public static List<Class<? extends Backbone>> types() {
    return KINDS.stream().<Class<? extends Backbone>>map(Kind::type).toList();
  }

  /**
   * Returns a network of a name.
   *
   * @param name one of {@link #names}
   * @param side the images' shorter side, in pixels
   * @throws UserError if there is no such network
   */
  public static Backbone named(String name, int side) {
    if (!SIZES.containsKey(name)) {
      throw new UserError("network is " + name + ", must be one of " + names());
    }
    return SIZES.get(name).apply(side);
  }

  /**
   * Returns true for images to which the papers' settings for about 224 pixels do not fit.
   *
   * @param side the shorter one, in pixels
   */
  public static boolean isSmall(int side) {
    return side < SMALL_SIDE;
  }
}
