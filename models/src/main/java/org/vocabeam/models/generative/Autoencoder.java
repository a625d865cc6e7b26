package org.vocabeam.models.generative;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * Denoising autoencoder (Vincent et al. 2008, "Extracting and Composing Robust Features with
 * Denoising Autoencoders"): some pixels are blanked, and the whole image is reconstructed from the
 * embedding of the rest.
 *
 * @param blanked share of the pixels that are blanked, section 2.3's destruction proportion
 * @param decoderWidth channels of the decoder's first map
 * @param view kind of view that is reconstructed, one of every image
 */
@JsonTypeName("autoencoder")
public record Autoencoder(double blanked, int decoderWidth, ViewSpec view) implements Method {
  public Autoencoder {
    checkArgument(blanked >= 0 && blanked < 1, "blanked is %s, must be in [0, 1)", blanked);
    checkArgument(decoderWidth > 0, "decoderWidth is %s, must be positive", decoderWidth);
    view.checkSingle();
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(view);
  }

  @Override
  public List<Draw> draws(Backbone backbone) {
    return Noise.draws();
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // Blanked pixels have the mean colour, 0 after normalisation; [B, S, S, 1] of 0 and 1.
    Operand<TFloat32> images = inputs.views().get(view.name());
    long[] shape = images.shape().asArray();
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(
            tf.constant(new long[] {shape[0], shape[1], shape[2], 1}),
            Noise.seed(tf, inputs.draws()),
            TFloat32.class);
    Operand<TFloat32> kept =
        tf.dtypes.cast(tf.math.greaterEqual(uniform, tf.constant((float) blanked)), TFloat32.class);

    // [B, S, S, C] -> [B, D] -> [B, S, S, C]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = backbone.embed(student, tf.math.mul(images, kept));
    Layers decoder = new Layers(tf, variables.scope("decoder."), Mode.TRAINING);
    Operand<TFloat32> reconstructed =
        Decoder.images(decoder, features, view.size(), (int) shape[3], decoderWidth);
    Operand<TFloat32> loss =
        Layers.meanOfAll(tf, tf.math.square(tf.math.sub(reconstructed, images)));
    return Loss.of(loss, features);
  }

  /**
   * The paper's settings: a quarter of the pixels is blanked (section 5). The paper trained its
   * layers one by one; the optimizer is a present one.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    return recipe(backbone, task, /* decoderWidth= */ 512, /* batchSize= */ 256);
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    return recipe(backbone, task, /* decoderWidth= */ 64, /* batchSize= */ 64);
  }

  private static Recipe recipe(Backbone backbone, Task task, int decoderWidth, int batchSize) {
    return task.recipe(
        new Autoencoder(
            /* blanked= */ 0.25,
            decoderWidth,
            ViewSpec.rotNet(/* size= */ task.isSmall() ? task.side() : 224)),
        backbone,
        batchSize,
        new AdamW(
            /* beta1= */ 0.9, /* beta2= */ 0.999, /* epsilon= */ 1e-8, /* weightDecay= */ 0.01),
        new RateSchedule.Cosine(
            /* learningRate= */ 1e-3, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }
}
