package org.vocabeam.models.obow;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.UserError;

/**
 * Shares of the patches that are hidden in a round of MOCA, in (0, 1).
 *
 * <pre>{@code
 * List<PatchMask.Round> rounds =
 *     PatchMask.rounds(tf, new PatchMask(0.55, 0.35), new PatchMask(0.75, 0.55), order);
 * }</pre>
 *
 * @param encoder share that the encoder does not see
 * @param decoder share whose words the decoder does not predict, less than the encoder's
 */
public record PatchMask(double encoder, double decoder) implements Serializable {
  /**
   * Patches of a round, by their places.
   *
   * @param seen by the encoder, {@code [2 B, T]}
   * @param predicted by the decoder, {@code [2 B, P]}; those that are seen come first
   */
  record Round(Operand<TInt32> seen, Operand<TInt32> predicted) {}

  public PatchMask {
    checkArgument(encoder > 0 && encoder < 1, "encoder is %s, must be in (0, 1)", encoder);
    checkArgument(
        decoder > 0 && decoder < encoder,
        "decoder is %s, must be positive and less than encoder, which is %s",
        decoder,
        encoder);
  }

  private int seen(int patches) {
    return (int) (patches * (1 - encoder));
  }

  private int predicted(int patches) {
    return (int) (patches * (1 - decoder));
  }

  /** Rejects masks that leave nothing to see or to predict of some patches, or not enough. */
  static void check(PatchMask first, PatchMask second, int patches) {
    int left = patches - first.predicted(patches);
    for (PatchMask mask : List.of(first, second)) {
      if (mask.seen(patches) < 1 || mask.predicted(patches) <= mask.seen(patches)) {
        throw new UserError(
            String.format(
                "of %d patches the encoder sees %d and the decoder predicts %d, must be at least 1"
                    + " and more than that; take larger images or other masks",
                patches, mask.seen(patches), mask.predicted(patches)));
      }
    }
    if (second.seen(patches) > left) {
      throw new UserError(
          String.format(
              "of %d patches the second round shows %d, must be at most the %d that the first round"
                  + " does not predict; hide more in the second round or predict less in the first",
              patches, second.seen(patches), left));
    }
  }

  /**
   * Authors the two rounds. The second shows patches that the first did not predict, and predicts
   * the same hidden ones (reference code, {@code make_two_complementary_masks}).
   *
   * @param order of the L patches of every view, drawn anew for each step, {@code [2 B, L]}
   */
  static List<Round> rounds(Ops tf, PatchMask first, PatchMask second, Operand<TInt32> order) {
    int patches = Math.toIntExact(order.shape().get(1));
    int seen = first.seen(patches);
    int predicted = first.predicted(patches);
    int other = second.seen(patches);
    Operand<TInt32> secondOrder =
        tf.concat(
            List.of(
                part(tf, order, predicted, other),
                part(tf, order, seen, predicted - seen),
                part(tf, order, predicted + other, patches - predicted - other),
                part(tf, order, 0, seen)),
            tf.constant(1));
    return List.of(
        new Round(part(tf, order, 0, seen), part(tf, order, 0, predicted)),
        new Round(
            part(tf, secondOrder, 0, other), part(tf, secondOrder, 0, second.predicted(patches))));
  }

  private static Operand<TInt32> part(Ops tf, Operand<TInt32> order, int first, int count) {
    int rows = Math.toIntExact(order.shape().get(0));
    return tf.slice(order, tf.constant(new int[] {0, first}), tf.constant(new int[] {rows, count}));
  }
}
