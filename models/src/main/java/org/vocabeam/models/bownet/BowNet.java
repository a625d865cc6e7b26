package org.vocabeam.models.bownet;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.vocabeam.models.training.EmbeddingSpread;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * BoWNet (Gidaris et al. 2020, "Learning Representations by Predicting Bags of Visual Words"): the
 * student predicts, from a perturbed image, the bag of visual words that a frozen teacher sees in
 * the image. Words and bags are made by the stages extract, codebook and assign before the student
 * starts; their constants stand here beside the student's.
 *
 * @param level of the teacher whose local features are put into words
 * @param words K
 * @param target what a word of a bag weighs
 * @param descriptorsPerImage local features of an image that the codebook is made of
 * @param codebookIterations of k-means, at most
 * @param firstGamma of the head's learned inverse temperature
 * @param cutMixProbability that an image is mixed with another of its batch
 * @param view the perturbed image; one of every image
 */
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
  /** Logits of about one unit: the package says what a larger one does. */
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

  /** The settings of a preset. */
  public static Recipe recipe(Preset preset, Task task) {
    return preset == Preset.SMALL ? small(task) : paper(preset, task);
  }

  /**
   * Sections 4.1 (small images: K 2048) and 4.2 (ImageNet: K 8192, SGD 0.03 with a batch of 128,
   * two drops to a tenth). The teacher's level is the one before the last residual stage, where the
   * paper found the best words.
   */
  private static Recipe paper(Preset preset, Task task) {
    Backbone backbone = preset.backbone(task);
    int size = task.isSmall() ? task.side() : 224;
    return task.recipe(
        new BowNet(
            beforeLast(backbone),
            task.isSmall() ? 2048 : 8192,
            BagTarget.Kind.BINARY,
            4,
            50,
            FIRST_GAMMA,
            task.isSmall() ? 0.5 : 0,
            ViewSpec.bowNet(size, 0.08)),
        backbone,
        128,
        new Sgd(0.9, task.isSmall() ? 5e-4 : 1e-4, task.isSmall()),
        new RateSchedule.Drops(task.isSmall() ? 0.1 : 0.03, 0.1, List.of(0.5, 0.8)));
  }

  /** For 28 to 64 pixels and minutes on a processor. */
  private static Recipe small(Task task) {
    Backbone backbone = Preset.SMALL.backbone(task);
    return task.recipe(
        new BowNet(
            beforeLast(backbone),
            256,
            BagTarget.Kind.HISTOGRAM,
            4,
            30,
            FIRST_GAMMA,
            0.5,
            ViewSpec.bowNet(task.side(), 0.2)),
        backbone,
        64,
        new Sgd(0.9, 5e-4, true),
        new RateSchedule.Cosine(0.1, 0, 0));
  }

  private static String beforeLast(Backbone backbone) {
    return backbone.levels().get(Math.max(0, backbone.levels().size() - 2));
  }

  @Override
  public String name() {
    return "bownet";
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
  public int targetWords() {
    return words;
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    if (!backbone.levels().contains(level)) {
      throw new UserError(
          "level " + level + " is not in the backbone; allowed: " + backbone.levels());
    }
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // The perturbed image and what it is to say, both mixed with another's.
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

    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    metrics.put("loss", loss);
    metrics.put("embedding_std", EmbeddingSpread.of(tf, features));
    metrics.put("gamma", tf.identity(variables.get("head." + CosineHead.GAMMA)));
    return new Loss(loss, metrics, after -> {});
  }
}
