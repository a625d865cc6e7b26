package org.vocabeam.models.jointembedding;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.views.ColourJitter;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.Grey;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/** Large and small crops of an image (SwAV, section 3.2), all of them seen by one network. */
final class MultiCrop {
  private MultiCrop() {}

  /** Returns a kind of crops, flipped and made grey as in all of the papers. */
  static ViewSpec crops(
      String name,
      int size,
      int count,
      RandomResizedCrop crop,
      ColourJitter jitter,
      GaussianBlur blur,
      Solarize solarize) {
    return new ViewSpec(
        name,
        size,
        count,
        crop,
        Orientation.FLIPPED,
        List.of(jitter, new Grey(/* probability= */ 0.2), blur, solarize));
  }

  /** Returns all kinds of crops, the large ones first. */
  static List<ViewSpec> kinds(ViewSpec globals, List<ViewSpec> locals) {
    List<ViewSpec> kinds = new ArrayList<>();
    kinds.add(globals);
    kinds.addAll(locals);
    return kinds;
  }

  /**
   * Rejects a single crop, which has no other to agree with, and kinds that would draw the same.
   */
  static void check(ViewSpec globals, List<ViewSpec> locals) {
    List<ViewSpec> kinds = kinds(globals, locals);
    if (count(kinds) < 2) {
      throw new UserError("an image has 1 crop, must have 2 at least: raise count of globals");
    }
    List<String> names = kinds.stream().map(ViewSpec::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw new UserError("the crops are named " + names + ", must have different names");
    }
  }

  /** Returns the number of crops of an image. */
  static int count(List<ViewSpec> kinds) {
    return kinds.stream().mapToInt(ViewSpec::count).sum();
  }

  /**
   * Authors the features of all crops; those of a kind are a batch.
   *
   * @param views kind to pixels {@code [B count, S, S, C]}, image after image
   * @return {@code [crops B, D]}, crop after crop, in the order of the kinds
   */
  static Operand<TFloat32> features(
      Layers student,
      Backbone backbone,
      List<ViewSpec> kinds,
      Map<String, Operand<TFloat32>> views) {
    Ops tf = student.ops();
    List<Operand<TFloat32>> features = new ArrayList<>();
    for (ViewSpec kind : kinds) {
      Operand<TFloat32> rows = backbone.embed(student, views.get(kind.name()));
      long width = rows.shape().get(1);
      Operand<TFloat32> byImage =
          tf.reshape(rows, tf.constant(new long[] {-1, kind.count(), width}));
      Operand<TFloat32> byCrop = tf.linalg.transpose(byImage, tf.constant(new int[] {1, 0, 2}));
      features.add(tf.reshape(byCrop, tf.constant(new long[] {rows.shape().get(0), width})));
    }
    return tf.concat(features, tf.constant(0));
  }
}
