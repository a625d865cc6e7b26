package org.vocabeam.models.generative;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * A GAN with an encoder (Donahue et al. 2017, "Adversarial Feature Learning", BiGAN): the
 * discriminator tells pairs of an image and its code, x and E(x), from pairs of a made image and
 * the code that it was made of, G(z) and z.
 *
 * @param code width of z, N(0, 1)
 * @param generatorWidth channels of the generator's first map
 * @param discriminatorWidth channels of the discriminator's first map
 * @param codeRegression weight of (E(G(z)) - z)^2 beside the game, mean over batch and code;
 *     without it, 0, the encoder learns through the discriminator alone, as in the paper
 * @param view the real images; one of every image
 */
@JsonTypeName("gan")
public record Gan(
    int code, int generatorWidth, int discriminatorWidth, double codeRegression, ViewSpec view)
    implements Method {
  public Gan {
    checkArgument(code > 0, "code is %s, must be positive", code);
    checkArgument(generatorWidth > 0, "generatorWidth is %s, must be positive", generatorWidth);
    checkArgument(
        discriminatorWidth > 0, "discriminatorWidth is %s, must be positive", discriminatorWidth);
    checkArgument(
        codeRegression >= 0 && Double.isFinite(codeRegression),
        "codeRegression is %s, must be at least 0",
        codeRegression);
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
    Operand<TFloat32> real = inputs.views().get(view.name());
    int batch = (int) real.shape().get(0);

    // E: [B, S, S, C] -> [B, D] -> [B, Z], standardised as z is
    Parameters student = variables.scope(STUDENT);
    Parameters head = variables.scope("head.");
    Operand<TFloat32> features = backbone.embed(new Layers(tf, student, Mode.TRAINING), real);
    Operand<TFloat32> told = code(tf, head, features);

    // G: [B, Z] -> [B, S, S, C]
    Operand<TFloat32> z =
        tf.random.statelessRandomNormal(
            tf.constant(new int[] {batch, code}), Noise.seed(tf, inputs.draws()), TFloat32.class);
    Layers generator = new Layers(tf, variables.scope("generator."), Mode.TRAINING);
    Operand<TFloat32> made =
        Decoder.images(generator, z, view.size(), (int) real.shape().get(3), generatorWidth);

    // D moves by the pairs as they are (eq. 3), E and G by what D as it is says of them; both say
    // the opposite of what the other wants, not its negative (section 3, as Goodfellow et al.).
    Parameters ofDiscriminator = variables.scope("discriminator.");
    Operand<TFloat32> realSaid = discriminate(tf, ofDiscriminator, real, tf.stopGradient(told));
    Operand<TFloat32> madeSaid = discriminate(tf, ofDiscriminator, tf.stopGradient(made), z);
    Operand<TFloat32> discriminator =
        tf.math.add(isReal(tf, realSaid), isReal(tf, tf.math.neg(madeSaid)));
    Parameters held = reader(ofDiscriminator, tf::stopGradient);
    Operand<TFloat32> others =
        tf.math.add(
            isReal(tf, tf.math.neg(discriminate(tf, held, real, told))),
            isReal(tf, discriminate(tf, held, made, z)));

    // E also tells of a made image the code that it was made of, and G makes it possible to tell.
    Operand<TFloat32> regression = null;
    if (codeRegression > 0) {
      Layers encoder = new Layers(tf, reader(student, w -> w), Mode.TRAINING);
      Operand<TFloat32> again = code(tf, reader(head, w -> w), backbone.embed(encoder, made));
      regression = Layers.meanOfAll(tf, tf.math.square(tf.math.sub(again, z)));
      others = tf.math.add(others, tf.math.mul(regression, tf.constant((float) codeRegression)));
    }
    Operand<TFloat32> total = tf.math.add(discriminator, others);
    Loss loss =
        Loss.of(total, features)
            .with("loss/discriminator", discriminator)
            .with("loss/encoder_generator", others);
    return regression == null ? loss : loss.with("loss/code_regression", regression);
  }

  /** {@code [B, D] -> [B, Z]}, of mean 0 and variance 1 over the batch. */
  private Operand<TFloat32> code(Ops tf, Parameters parameters, Operand<TFloat32> features) {
    Layers head = new Layers(tf, parameters, Mode.TRAINING);
    return head.standardize(head.linear(features, "code", code, false), "norm");
  }

  /** The logit of a pair being real, {@code [B, S, S, C] x [B, Z] -> [B, 1]}. */
  private Operand<TFloat32> discriminate(
      Ops tf, Parameters parameters, Operand<TFloat32> images, Operand<TFloat32> codes) {
    Layers layers = new Layers(tf, parameters, Mode.TRAINING);
    Operand<TFloat32> h = images;
    int width = discriminatorWidth;
    for (int i = 0; h.shape().get(1) > 4; i++, width *= 2) {
      h = layers.leakyRelu(layers.conv(h, "conv" + i, width, 3, 2));
    }
    long[] shape = h.shape().asArray();
    Operand<TFloat32> rows =
        tf.reshape(h, tf.constant(new long[] {shape[0], shape[1] * shape[2] * shape[3]}));
    Operand<TFloat32> both =
        tf.concat(
            List.of(
                layers.leakyRelu(layers.linear(rows, "image", 2 * width, true)),
                layers.leakyRelu(layers.linear(codes, "code", 2 * width, true))),
            tf.constant(1));
    return layers.linear(
        layers.leakyRelu(layers.linear(both, "pair", 2 * width, true)), "said", 1, true);
  }

  /** {@code -log sigma(x)}, mean over the batch. */
  private static Operand<TFloat32> isReal(Ops tf, Operand<TFloat32> logits) {
    return Layers.meanOfAll(tf, tf.math.softplus(tf.math.neg(logits)));
  }

  /** The same values for a network that leaves the running statistics to those of real images. */
  private static Parameters reader(Parameters parameters, UnaryOperator<Operand<TFloat32>> weight) {
    return new Parameters() {
      @Override
      public Operand<TFloat32> trained(String name, Initializer initializer, long... shape) {
        return weight.apply(parameters.trained(name, initializer, shape));
      }

      @Override
      public Operand<TFloat32> statistic(String name, Initializer initializer, long... shape) {
        return parameters.statistic(name, initializer, shape);
      }

      @Override
      public void moveStatistic(String name, Operand<TFloat32> value) {}
    };
  }

  /** The paper's settings: section 4.1 and appendix C, Adam with 2e-4, 0.5, decay 2.5e-5. */
  public static Recipe paper(Backbone backbone, Task task) {
    Gan method =
        new Gan(
            /* code= */ 200,
            /* generatorWidth= */ 512,
            /* discriminatorWidth= */ 64,
            /* codeRegression= */ 0,
            view(task));
    return recipe(method, backbone, task, /* batchSize= */ 128);
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    Gan method =
        new Gan(
            /* code= */ 64,
            /* generatorWidth= */ 64,
            /* discriminatorWidth= */ 32,
            /* codeRegression= */ 1,
            view(task));
    return recipe(method, backbone, task, /* batchSize= */ 64);
  }

  private static ViewSpec view(Task task) {
    return ViewSpec.rotNet(/* size= */ task.isSmall() ? task.side() : 112);
  }

  private static Recipe recipe(Gan method, Backbone backbone, Task task, int batchSize) {
    return task.recipe(
        method,
        backbone,
        batchSize,
        new AdamW(
            /* beta1= */ 0.5, /* beta2= */ 0.999, /* epsilon= */ 1e-8, /* weightDecay= */ 2.5e-5),
        new RateSchedule.Drops(/* learningRate= */ 2e-4, /* factor= */ 1, List.of()));
  }
}
