package org.vocabeam.models.generative;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * GAN with an encoder (Donahue et al. 2017, "Adversarial Feature Learning", BiGAN): the
 * discriminator distinguishes pairs of an image and its code, x and E(x), from pairs of a generated
 * image and its code, G(z) and z.
 *
 * @param code width of z, N(0, 1)
 * @param generatorWidth channels of the generator's first map
 * @param discriminatorWidth channels of the discriminator's first map
 * @param codeRegression weight of (E(G(z)) - z)^2 beside the game, mean over batch and code; with 0
 *     the encoder learns through the discriminator alone, as in the paper
 * @param view kind of view for the real images, one of every image
 */
@JsonTypeName("gan")
public record Gan(
    int code, int generatorWidth, int discriminatorWidth, double codeRegression, ViewSpec view)
    implements Method {
  /** Side up to which the discriminator does not halve a map. */
  private static final int SMALLEST_MAP = 4;

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

    // E: [B, S, S, C] -> [B, D] -> [B, Z], standardised like z
    Parameters student = variables.scope(STUDENT);
    Parameters head = variables.scope("head.");
    Operand<TFloat32> features = backbone.embed(new Layers(tf, student, Mode.TRAINING), real);
    Operand<TFloat32> encoded = code(tf, head, features);

    // G: [B, Z] -> [B, S, S, C]
    Operand<TFloat32> z =
        tf.random.statelessRandomNormal(
            tf.constant(new int[] {batch, code}), Noise.seed(tf, inputs.draws()), TFloat32.class);
    Layers generator = new Layers(tf, variables.scope("generator."), Mode.TRAINING);
    Operand<TFloat32> generated =
        Decoder.images(generator, z, view.size(), (int) real.shape().get(3), generatorWidth);

    // The gradient of D's loss reaches D alone, that of E and G's loss E and G alone (eq. 3). E and
    // G
    // minimise the loss of the swapped labels, not the negative of D's loss (section 3).
    Parameters discriminatorWeights = variables.scope("discriminator.");
    Operand<TFloat32> realLogit =
        discriminate(tf, discriminatorWeights, real, tf.stopGradient(encoded));
    Operand<TFloat32> generatedLogit =
        discriminate(tf, discriminatorWeights, tf.stopGradient(generated), z);
    Operand<TFloat32> discriminator =
        tf.math.add(isReal(tf, realLogit), isReal(tf, tf.math.neg(generatedLogit)));
    Parameters held = reader(discriminatorWeights, tf::stopGradient);
    Operand<TFloat32> others =
        tf.math.add(
            isReal(tf, tf.math.neg(discriminate(tf, held, real, encoded))),
            isReal(tf, discriminate(tf, held, generated, z)));

    // E also predicts the code of a generated image, and the gradient reaches G too.
    Operand<TFloat32> regression = null;
    if (codeRegression > 0) {
      Layers encoder = new Layers(tf, reader(student, w -> w), Mode.TRAINING);
      Operand<TFloat32> predicted =
          code(tf, reader(head, w -> w), backbone.embed(encoder, generated));
      regression = Layers.meanOfAll(tf, tf.math.square(tf.math.sub(predicted, z)));
      others = tf.math.add(others, tf.math.mul(regression, tf.constant((float) codeRegression)));
    }
    Operand<TFloat32> total = tf.math.add(discriminator, others);
    Loss loss =
        Loss.of(total, features)
            .with("loss/discriminator", discriminator)
            .with("loss/encoder_generator", others);
    return regression == null ? loss : loss.with("loss/code_regression", regression);
  }

  /** Authors {@code [B, D] -> [B, Z]}, with mean 0 and variance 1 over the batch. */
  private Operand<TFloat32> code(Ops tf, Parameters parameters, Operand<TFloat32> features) {
    Layers head = new Layers(tf, parameters, Mode.TRAINING);
    return head.standardize(head.linear(features, "code", code, false), "norm");
  }

  /** Authors the logit of a real pair, {@code [B, S, S, C] x [B, Z] -> [B, 1]}. */
  private Operand<TFloat32> discriminate(
      Ops tf, Parameters parameters, Operand<TFloat32> images, Operand<TFloat32> codes) {
    Layers layers = new Layers(tf, parameters, Mode.TRAINING);
    int halvings = 0;
    for (long side = images.shape().get(1); side > SMALLEST_MAP; side = (side + 1) / 2) {
      halvings++;
    }
    Operand<? extends TFloating> map = halved(layers, layers.reduced(images), halvings);
    long[] shape = map.shape().asArray();
    int width = discriminatorWidth << halvings;
    Operand<? extends TFloating> rows =
        tf.reshape(map, tf.constant(new long[] {shape[0], shape[1] * shape[2] * shape[3]}));
    Operand<TFloat32> both =
        tf.concat(
            List.of(
                layers.leakyRelu(layers.linear(rows, "image", 2 * width, true)),
                layers.leakyRelu(layers.linear(codes, "code", 2 * width, true))),
            tf.constant(1));
    return layers.linear(
        layers.leakyRelu(layers.linear(both, "pair", 2 * width, true)), "said", 1, true);
  }

  /** Authors convolutions that halve the map; the first has discriminatorWidth channels. */
  private <T extends TFloating> Operand<T> halved(Layers layers, Operand<T> images, int halvings) {
    Operand<T> h = images;
    for (int i = 0; i < halvings; i++) {
      h = layers.leakyRelu(layers.conv(h, "conv" + i, discriminatorWidth << i, 3, 2));
    }
    return h;
  }

  /** Authors {@code -log sigma(x)}, mean over the batch. */
  private static Operand<TFloat32> isReal(Ops tf, Operand<TFloat32> logits) {
    return Layers.meanOfAll(tf, tf.math.softplus(tf.math.neg(logits)));
  }

  /**
   * Returns the values of parameters for a forward pass that does not move the running statistics.
   *
   * @param weight applied to every trained value
   */
  private static Parameters reader(Parameters parameters, UnaryOperator<Operand<TFloat32>> weight) {
    return new Parameters() {
      @Override
      public Precision precision() {
        return parameters.precision();
      }

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
