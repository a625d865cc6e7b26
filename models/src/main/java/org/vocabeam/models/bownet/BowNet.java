package org.vocabeam.models.bownet;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * BoWNet (Gidaris et al. 2020, "Learning Representations by Predicting Bags of Visual Words"): from
 * a perturbed image the student predicts the bag of visual words that a frozen teacher sees in the
 * image. Words and bags are computed by the stages extract, codebook and assign before the student
 * starts; their constants are here, beside the student's.
 *
 * @param level of the teacher whose local features become words
 * @param words K
 * @param target weights of the words of a bag
 * @param descriptorsPerImage local features of an image from which the codebook is computed
 * @param codebookIterations of k-means, at most
 * @param firstGamma first value of the head's inverse temperature, which is trained
 * @param cutMixProbability that an image is mixed with another of its batch
 * @param view the perturbed image; one of every image
 */
@JsonTypeName("bownet")
public record BowNet(
    String level,
    int words,
    BagTarget.Kind target,
    int descriptorsPerImage,
    int codebookIterations,
    double firstGamma,
    double cutMixProbability,
    ViewSpec view)
    implements Method {
  /** Gives logits of about one unit; the package documentation tells of a larger one. */
  private static final double FIRST_GAMMA = 1;

  public BowNet {
    checkArgument(words > 1, "words is %s, must be at least 2", words);
    checkArgument(
        descriptorsPerImage > 0,
        "descriptorsPerImage is %s, must be positive",
        descriptorsPerImage);
    checkArgument(
        codebookIterations > 0, "codebookIterations is %s, must be positive", codebookIterations);
    checkArgument(
        firstGamma > 0 && Double.isFinite(firstGamma),
        "firstGamma is %s, must be positive and finite",
        firstGamma);
    checkArgument(
        cutMixProbability >= 0 && cutMixProbability <= 1,
        "cutMixProbability is %s, must be in [0, 1]",
        cutMixProbability);
    view.checkSingle();
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(view);
  }

  @Override
  public List<Draw> draws(Backbone backbone) {
    return cutMixProbability == 0 ? List.of() : CutMix.draws();
  }

  @Override
  public TargetSource targetSource() {
    return TargetSource.TEACHER_WORDS;
  }

  /** Words of the teacher, which the run keeps in its codebook. */
  @Override
  public Optional<WordMap> wordMap(Backbone backbone) {
    return Optional.of(new WordMap(STUDENT, level, Optional.empty(), /* border= */ 0, words));
  }

  @Override
  public int targetWords() {
    return words;
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    if (!backbone.levels().contains(level)) {
      throw new UserError(
          "level is " + level + ", must be one of " + String.join(", ", backbone.levels()));
    }
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // Image and bag, both mixed with those of another image.
    Operand<TFloat32> images = inputs.views().get(view.name());
    Operand<TFloat32> bags = inputs.targets();
    if (cutMixProbability > 0) {
      CutMix cutMix = CutMix.drawn(tf, inputs.draws(), view.size(), cutMixProbability);
      images = cutMix.images(tf, images);
      bags = cutMix.targets(tf, bags, view.size(), view.size());
    }

    // [B, S, S, C] -> [B, D] -> [B, K]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = backbone.embed(student, images);
    Operand<TFloat32> logits =
        CosineHead.logits(tf, variables.scope("head."), features, words, firstGamma);
    Operand<TFloat32> loss = CosineHead.softCrossEntropy(tf, logits, bags);
    return Loss.of(loss, features).with("gamma", variables.get("head." + CosineHead.GAMMA));
  }

  /**
   * The paper's settings: sections 4.1 (small images: K 2048) and 4.2 (ImageNet: K 8192, SGD 0.03
   * with a batch of 128, two drops to a tenth). The teacher's level is the one before the last
   * residual stage, where the paper found the best words.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    boolean small = task.isSmall();
    return task.recipe(
        new BowNet(
            beforeLast(backbone),
            /* words= */ small ? 2048 : 8192,
            BagTarget.Kind.BINARY,
            /* descriptorsPerImage= */ 4,
            /* codebookIterations= */ 50,
            FIRST_GAMMA,
            /* cutMixProbability= */ small ? 0.5 : 0,
            ViewSpec.bowNet(/* size= */ small ? task.side() : 224, /* minArea= */ 0.08)),
        backbone,
        /* batchSize= */ 128,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ small ? 5e-4 : 1e-4, /* nesterov= */ small),
        new RateSchedule.Drops(
            /* learningRate= */ small ? 0.1 : 0.03, /* factor= */ 0.1, List.of(0.5, 0.8)));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    return task.recipe(
        new BowNet(
            beforeLast(backbone),
            /* words= */ 256,
            BagTarget.Kind.HISTOGRAM,
            /* descriptorsPerImage= */ 4,
            /* codebookIterations= */ 30,
            FIRST_GAMMA,
            /* cutMixProbability= */ 0.5,
            ViewSpec.bowNet(task.side(), /* minArea= */ 0.2)),
        backbone,
        /* batchSize= */ 64,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ true),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  private static String beforeLast(Backbone backbone) {
    return backbone.levels().get(Math.max(0, backbone.levels().size() - 2));
  }
}
