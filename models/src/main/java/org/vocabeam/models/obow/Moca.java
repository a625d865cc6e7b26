package org.vocabeam.models.obow;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Positions;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.MovingAverage;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ColourJitter;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.Grey;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/**
 * MOCA (Gidaris et al. 2024, "MOCA: Self-supervised Representation Learning by Predicting Masked
 * Online Codebook Assignments"), OBoW for transformers with masking, with the constants of the
 * authors' code. From some patches of a view the student predicts the bag of visual words of the
 * other view, and the words of the patches of the same view, also of some that it does not see.
 *
 * @param words K
 * @param newWords images of a step of which a patch becomes a word; of a smaller batch all
 * @param inverseDelta 1 / delta, base of the inverse temperature of the assignment
 * @param inverseTemperature kappa of the student's softmax, not trained
 * @param borderCrop outermost patches that are left out of bags and of new words
 * @param earlyBlocks blocks behind the one whose patches the decoder gets, at least 1
 * @param decoder that predicts the words of patches
 * @param generatorExpansion width of the generators' hidden layers in multiples of that of a word
 * @param firstMask patches that are hidden in the first round
 * @param secondMask patches that are hidden in the second round, which shows other patches
 * @param imageWeight of the loss of bags
 * @param tokenWeight of the loss of patches
 * @param generatorRate learning rate of the generators, constant
 * @param distanceDecay of the running distance m; 1 keeps it at its first value
 * @param teacherDecay of the teacher's weights at the first step; rises to 1 by a cosine
 * @param first kind of view, one of every image
 * @param second kind of view, one of every image, of the same size
 */
@JsonTypeName("moca")
public record Moca(
    int words,
    int newWords,
    double inverseDelta,
    double inverseTemperature,
    int borderCrop,
    int earlyBlocks,
    PatchDecoder decoder,
    double generatorExpansion,
    PatchMask firstMask,
    PatchMask secondMask,
    double imageWeight,
    double tokenWeight,
    double generatorRate,
    double distanceDecay,
    double teacherDecay,
    ViewSpec first,
    ViewSpec second)
    implements Method {
  private static final String TEACHER = "teacher.";
  private static final String GENERATOR = "generator.";
  private static final String TOKENS = "tokens";
  private static final String DISTANCE = "distance";

  /** Prefix of the draw of a view's order of patches. */
  private static final String ORDER = "order.";

  /** Draw whose largest values choose the images that give words. */
  private static final String CHOSEN = "chosen";

  /** Draw of which the first image's value chooses the view that gives words. */
  private static final String SOURCE = "source";

  private static final String LOCATION = "location";
  private static final String PERPLEXITY_IMAGE = "perplexity_image";
  private static final String PERPLEXITY_BATCH = "perplexity_batch";

  /** Whole numbers that a float32 can tell apart. */
  private static final int EXACT = 1 << 24;

  public Moca {
    checkArgument(words > 0, "words is %s, must be positive", words);
    checkArgument(
        newWords > 0 && newWords <= words,
        "newWords is %s, must be positive and at most words, which is %s",
        newWords,
        words);
    checkPositive("inverseDelta", inverseDelta);
    checkPositive("inverseTemperature", inverseTemperature);
    checkArgument(borderCrop >= 0, "borderCrop is %s, must be at least 0", borderCrop);
    checkArgument(earlyBlocks > 0, "earlyBlocks is %s, must be positive", earlyBlocks);
    checkPositive("generatorExpansion", generatorExpansion);
    checkPositive("imageWeight", imageWeight);
    checkPositive("tokenWeight", tokenWeight);
    checkPositive("generatorRate", generatorRate);
    checkArgument(
        distanceDecay >= 0 && distanceDecay <= 1,
        "distanceDecay is %s, must be in [0, 1]",
        distanceDecay);
    checkArgument(
        teacherDecay >= 0 && teacherDecay <= 1,
        "teacherDecay is %s, must be in [0, 1]",
        teacherDecay);
    first.checkSingle();
    second.checkSingle();
    checkArgument(
        !first.name().equals(second.name()),
        "both views are named %s, must have different names",
        first.name());
    checkArgument(
        first.size() == second.size(),
        "the views are %s and %s pixels, must have one size",
        first.size(),
        second.size());
  }

  private static void checkPositive(String name, double value) {
    checkArgument(
        value > 0 && Double.isFinite(value), "%s is %s, must be positive and finite", name, value);
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(first, second);
  }

  /** An order of the patches of each view, and the images, view and patches that become words. */
  @Override
  public List<Draw> draws(Backbone backbone) {
    int side = side(backbone);
    int inner = side - 2 * borderCrop;
    return List.of(
        new Draw(ORDER + first.name(), side * side, /* isOrder= */ true),
        new Draw(ORDER + second.name(), side * side, /* isOrder= */ true),
        new Draw(CHOSEN, EXACT),
        new Draw(SOURCE, 2),
        new Draw(LOCATION, inner * inner));
  }

  private int side(Backbone backbone) {
    return backbone.mapSide(backbone.lastLevel(), first.size());
  }

  @Override
  public Map<String, ScalarSchedule> scalars() {
    return Map.of(
        STUDENT_SHARE, (step, steps) -> CosineSchedule.studentShare(teacherDecay, step, steps));
  }

  /** Returns the generators' own rate (reference code, {@code adjust_learning_rate}). */
  @Override
  public OptionalDouble constantRate(VariableSpec parameter, RateSchedule schedule) {
    return parameter.name().startsWith(GENERATOR)
        ? OptionalDouble.of(generatorRate)
        : OptionalDouble.empty();
  }

  @Override
  public List<String> studentCopies() {
    return List.of(TEACHER);
  }

  @Override
  public List<CollapseSign> collapseSigns() {
    return List.of(
        CollapseSign.below(
            PERPLEXITY_BATCH,
            2,
            "one word takes all patches",
            "take more newWords or lower inverseDelta"),
        CollapseSign.above(
            PERPLEXITY_IMAGE,
            0.95 * words,
            "every image has all words alike",
            "raise inverseDelta"));
  }

  /** Words of the last level, which are patches of the teacher. */
  @Override
  public Optional<WordMap> wordMap(Backbone backbone) {
    return Optional.of(
        new WordMap(
            TEACHER,
            backbone.lastLevel(),
            Optional.of(Vocabulary.name(TOKENS)),
            borderCrop,
            words));
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    VisionTransformer encoder = transformer(backbone);
    if (encoder.width() % 4 != 0) {
      throw new UserError(
          "width of the transformer is " + encoder.width() + ", must be a multiple of 4 for moca");
    }
    if (earlyBlocks >= encoder.depth()) {
      throw new UserError(
          String.format(
              "earlyBlocks is %d, must be less than the transformer's depth, which is %d",
              earlyBlocks, encoder.depth()));
    }
    int side = side(encoder);
    if (side <= 2 * borderCrop) {
      throw new UserError(
          String.format(
              "a view of %d pixels has %dx%d patches, and a border crop of %d leaves nothing of"
                  + " them; take larger images, smaller patches or a smaller borderCrop",
              first.size(), side, side, borderCrop));
    }
    PatchMask.check(firstMask, secondMask, side * side);
  }

  private static VisionTransformer transformer(Backbone backbone) {
    if (backbone instanceof VisionTransformer transformer) {
      if (transformer.positions() == Positions.ROTARY) {
        throw new UserError(
            "positions of the transformer are rotary, must be learned ones for moca; take a network"
                + " vit-... without dinov3");
      }
      return transformer;
    }
    throw new UserError(
        String.format(
            "the network of moca is a %s, must be a VisionTransformer, whose patches it hides; take"
                + " a network vit-...",
            backbone.getClass().getSimpleName()));
  }

  /** One step, in the order of docs/methods.md: teacher, targets, student, losses, words. */
  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    return step(tf, variables, backbone, inputs).loss();
  }

  /**
   * Targets of a step, without gradient.
   *
   * @param map patches of the teacher through its last norm, {@code [2 B, h, w, D]}
   * @param codes of all patches, {@code [2 B, L, K]}
   * @param bags of words, {@code [2 B, K]}
   */
  record Targets(Operand<TFloat32> map, Operand<TFloat32> codes, Operand<TFloat32> bags) {}

  /**
   * Features and logits of a round.
   *
   * @param image {@code [2 B, D]}
   * @param imageLogits {@code [2 B, K]}
   * @param tokens {@code [2 B P, width of the decoder]}
   * @param tokenLogits {@code [2 B P, K]}
   */
  record Predicted(
      Operand<TFloat32> image,
      Operand<TFloat32> imageLogits,
      Operand<TFloat32> tokens,
      Operand<TFloat32> tokenLogits) {}

  /** A step in its parts. */
  record Step(
      Loss loss, Targets targets, List<PatchMask.Round> rounds, List<Predicted> predicted) {}

  /** Authors a step. Rows are all images of the first view, then all of the second. */
  Step step(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    VisionTransformer encoder = transformer(backbone);
    Operand<TFloat32> views =
        tf.concat(
            List.of(inputs.views().get(first.name()), inputs.views().get(second.name())),
            tf.constant(0));
    Vocabulary vocabulary =
        new Vocabulary(
            variables,
            TOKENS,
            words,
            encoder.width(),
            Initializer.unitRows(encoder.width(), Initializer.rectifiedNormal()));
    Targets targets =
        targets(tf, variables, encoder, views, vocabulary, inputs.scalars().get(STUDENT_SHARE));
    Operand<TInt32> order =
        tf.concat(
            List.of(
                inputs.draws().get(ORDER + first.name()),
                inputs.draws().get(ORDER + second.name())),
            tf.constant(0));
    List<PatchMask.Round> rounds = PatchMask.rounds(tf, firstMask, secondMask, order);
    List<Predicted> predicted = predicted(tf, variables, encoder, views, vocabulary, rounds);

    // KL to the bag of the other view, and to the words of the patches of the same view. The mean
    // over the rounds times 2 (reference code) is their sum.
    List<Operand<TFloat32>> ofImages = new ArrayList<>();
    List<Operand<TFloat32>> ofTokens = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      Operand<TFloat32> codes =
          tf.gather(
              targets.codes(), rounds.get(i).predicted(), tf.constant(1), Gather.batchDims(1L));
      ofImages.add(
          BagLoss.divergence(tf, predicted.get(i).imageLogits(), swapped(tf, targets.bags())));
      ofTokens.add(
          BagLoss.divergence(
              tf,
              predicted.get(i).tokenLogits(),
              tf.reshape(codes, tf.constant(new int[] {-1, words}))));
    }
    Operand<TFloat32> imageLoss = tf.math.addN(ofImages);
    Operand<TFloat32> tokenLoss = tf.math.addN(ofTokens);
    Operand<TFloat32> total =
        tf.math.add(
            tf.math.mul(imageLoss, tf.constant((float) imageWeight)),
            tf.math.mul(tokenLoss, tf.constant((float) tokenWeight)));
    vocabulary.push(tf, newWords(tf, inputs, targets.map()));
    Loss loss =
        Loss.of(total, predicted.get(0).image())
            .with("loss/image", imageLoss)
            .with("loss/tokens", tokenLoss)
            .with(PERPLEXITY_IMAGE, VisualWords.perplexityPerImage(tf, targets.bags()))
            .with(PERPLEXITY_BATCH, VisualWords.perplexityOfBatch(tf, targets.bags()))
            .with(DISTANCE, variables.get(DISTANCE));
    return new Step(loss, targets, rounds, predicted);
  }

  /**
   * Authors the targets. The teacher's weights move first; its patches of the whole views get words
   * by the m that the step before has left.
   */
  private Targets targets(
      Ops tf,
      Variables variables,
      VisionTransformer encoder,
      Operand<TFloat32> views,
      Vocabulary vocabulary,
      Operand<TFloat32> studentShare) {
    Parameters average = new MovingAverage(tf, variables, STUDENT, TEACHER, studentShare);
    Layers teacher = layers(tf, variables, TEACHER, encoder, average);
    Operand<TFloat32> map = encoder.maps(teacher, views).get(encoder.lastLevel());
    Operand<TFloat32> distances = VisualWords.cosineDistances(tf, map, vocabulary.words());
    Operand<TFloat32> m =
        variables.variable("", DISTANCE, Role.STATISTIC, Initializer.constant(0.5f));
    Operand<TFloat32> codes = VisualWords.assign(tf, distances, m, inverseDelta);

    // m moves once for each view.
    Operand<TFloat32> moved = m;
    for (Operand<TFloat32> ofView : tf.split(tf.constant(0), distances, 2L).output()) {
      moved =
          VisualWords.movedDistance(tf, moved, VisualWords.meanMargin(tf, ofView), distanceDecay);
    }
    variables.assign(DISTANCE, moved);

    // Mean code of the patches inside of the border.
    int rows = Math.toIntExact(views.shape().get(0));
    int side = side(encoder);
    Operand<TFloat32> inner =
        VisualWords.cropBorder(
            tf, tf.reshape(codes, tf.constant(new int[] {rows, side, side, words})), borderCrop);
    Operand<TFloat32> bags =
        VisualWords.reduce(
            tf,
            tf.reshape(inner, tf.constant(new int[] {-1, words})),
            rows,
            VisualWords.Reduction.AVERAGE);
    return new Targets(
        map, tf.reshape(codes, tf.constant(new int[] {rows, side * side, words})), bags);
  }

  /** Authors the student: in each round the encoder sees some patches of every view. */
  private List<Predicted> predicted(
      Ops tf,
      Variables variables,
      VisionTransformer encoder,
      Operand<TFloat32> views,
      Vocabulary vocabulary,
      List<PatchMask.Round> rounds) {
    Layers student = layers(tf, variables, STUDENT, encoder, variables.scope(STUDENT));
    Layers decoding = new Layers(tf, variables.scope("decoder."), Mode.TRAINING);
    Layers generator = new Layers(tf, variables.scope(GENERATOR), Mode.TRAINING);
    int hidden = (int) (encoder.width() * generatorExpansion);
    Operand<TFloat32> imageWeights =
        WordToWeight.generateResidual(
            generator.in("image"), vocabulary.words(), hidden, encoder.width());
    Operand<TFloat32> tokenWeights =
        WordToWeight.generateResidual(
            generator.in(TOKENS), vocabulary.words(), hidden, decoder.width());
    List<Predicted> predicted = new ArrayList<>();
    for (PatchMask.Round round : rounds) {
      List<Operand<TFloat32>> blocks =
          encoder.blocks(student, encoder.visible(student, views, round.seen()));
      int last = encoder.depth() - 1;
      Operand<TFloat32> image = encoder.image(tf, encoder.normed(student, blocks.get(last)));
      Operand<TFloat32> early = encoder.patches(tf, blocks.get(last - earlyBlocks));
      Operand<TFloat32> tokens =
          decoder.tokens(decoding, encoder, image, early, side(encoder), round.predicted());
      predicted.add(
          new Predicted(
              image,
              WordToWeight.logits(generator, image, imageWeights, inverseTemperature),
              tokens,
              WordToWeight.logits(generator, tokens, tokenWeights, inverseTemperature)));
    }
    return predicted;
  }

  private static Layers layers(
      Ops tf, Variables variables, String scope, VisionTransformer encoder, Parameters others) {
    return new Layers(tf, new FixedPositions(variables, scope, encoder, others), Mode.TRAINING);
  }

  /** Returns the rows of the second view, then those of the first. */
  private static Operand<TFloat32> swapped(Ops tf, Operand<TFloat32> rows) {
    List<? extends Operand<TFloat32>> views = tf.split(tf.constant(0), rows, 2L).output();
    return tf.concat(List.of(views.get(1), views.get(0)), tf.constant(0));
  }

  /** Authors the words of a step: a patch of length 1 of each chosen image in one of the views. */
  private Operand<TFloat32> newWords(Ops tf, Inputs inputs, Operand<TFloat32> map) {
    List<? extends Operand<TFloat32>> views = tf.split(tf.constant(0), map, 2L).output();
    Operand<TInt32> source =
        tf.slice(inputs.draws().get(SOURCE), tf.constant(new int[1]), tf.constant(new int[] {1}));
    Operand<TBool> isFirst =
        tf.math.equal(tf.reshape(source, tf.constant(new int[0])), tf.constant(0));
    Operand<TFloat32> sampled =
        Vocabulary.sample(
            tf,
            VisualWords.cropBorder(tf, tf.select(isFirst, views.get(0), views.get(1)), borderCrop),
            inputs.draws().get(LOCATION),
            Vocabulary.Update.NO_AVERAGING); // [B, C]
    Operand<TFloat32> keys = tf.dtypes.cast(inputs.draws().get(CHOSEN), TFloat32.class);
    int count = Math.min(newWords, Math.toIntExact(keys.shape().get(0)));
    Operand<TInt32> chosen = tf.nn.topK(keys, tf.constant(count), TInt32.class).indices();
    return Layers.l2Normalize(tf, tf.gather(sampled, chosen, tf.constant(0)));
  }

  /**
   * The authors' configuration (README and {@code main_pretrain.py} of the reference code; section
   * 4.1 of the paper): ViT-B/16 whose feature is the mean of the patches, without dropped branches,
   * AdamW with 1.5e-4 B / 256, 30 epochs of warm-up and a cosine that would end at 1.25 of the run,
   * decay 0.05 to 0.2. A batch is 256: the authors' 2,048 is that of eight replicas. A network of
   * fewer than twelve blocks gives the decoder patches of the last third.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    int batch = 256;
    boolean small = task.isSmall();
    int size = backbone.wholePatches(small ? task.side() : 224);
    Moca method =
        new Moca(
            /* words= */ 4096,
            /* newWords= */ 32,
            /* inverseDelta= */ 10,
            /* inverseTemperature= */ 3,
            /* borderCrop= */ 2,
            /* earlyBlocks= */ Math.min(4, Math.max(1, transformer(backbone).depth() / 3)),
            new PatchDecoder(/* width= */ 512, /* depth= */ 2, /* heads= */ 16),
            /* generatorExpansion= */ 2,
            new PatchMask(/* encoder= */ 0.55, /* decoder= */ 0.35),
            new PatchMask(/* encoder= */ 0.75, /* decoder= */ 0.55),
            /* imageWeight= */ 0.5,
            /* tokenWeight= */ 0.5,
            /* generatorRate= */ 1e-4,
            /* distanceDecay= */ 0.99,
            /* teacherDecay= */ 0.994,
            view(
                "view1",
                size,
                small ? GaussianBlur.NONE : blur(/* probability= */ 1),
                Solarize.NONE),
            view(
                "view2",
                size,
                small ? GaussianBlur.NONE : blur(/* probability= */ 0.1),
                new Solarize(/* threshold= */ 128, /* probability= */ 0.2)));
    return task.recipe(
        method,
        withPatchMean(backbone),
        batch,
        optimizer(/* clip= */ 0.1),
        new RateSchedule.Cosine(
            /* learningRate= */ 1.5e-4,
            /* endLearningRate= */ 0,
            task.warmup(/* epochs= */ 30, batch),
            /* firstLearningRate= */ null,
            /* length= */ 1.25));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    int size = backbone.wholePatches(task.side());
    Moca method =
        new Moca(
            /* words= */ 256,
            /* newWords= */ 16,
            /* inverseDelta= */ 10,
            /* inverseTemperature= */ 3,
            /* borderCrop= */ 1,
            /* earlyBlocks= */ 1,
            new PatchDecoder(/* width= */ 64, /* depth= */ 1, /* heads= */ 4),
            /* generatorExpansion= */ 2,
            new PatchMask(/* encoder= */ 0.55, /* decoder= */ 0.35),
            new PatchMask(/* encoder= */ 0.75, /* decoder= */ 0.55),
            /* imageWeight= */ 0.5,
            /* tokenWeight= */ 0.5,
            /* generatorRate= */ 1e-3,
            /* distanceDecay= */ 0.99,
            /* teacherDecay= */ 0.97,
            view("view1", size, GaussianBlur.NONE, Solarize.NONE),
            view("view2", size, GaussianBlur.NONE, Solarize.NONE));
    return task.recipe(
        method,
        withPatchMean(backbone),
        /* batchSize= */ 64,
        optimizer(/* clip= */ 0.1),
        new RateSchedule.Cosine(
            /* learningRate= */ 1e-3, /* endLearningRate= */ 0, task.smallWarmup()));
  }

  /** Returns the authors' form of a network: its embedding is what the loss is on. */
  private static Backbone withPatchMean(Backbone backbone) {
    return transformer(backbone).withFeature(VisionTransformer.Feature.PATCH_MEAN).withDropPath(0);
  }

  private static AdamW optimizer(double clip) {
    return new AdamW(
        /* beta1= */ 0.9,
        /* beta2= */ 0.999,
        /* epsilon= */ 1e-8,
        /* weightDecay= */ 0.05,
        /* endWeightDecay= */ 0.2,
        AdamW.Decayed.MATRICES,
        clip,
        AdamW.Clipped.ALL);
  }

  /** Returns a random crop with the colour changes of BYOL's appendix B (reference code). */
  private static ViewSpec view(String name, int size, GaussianBlur blur, Solarize solarize) {
    return new ViewSpec(
        name,
        size,
        /* count= */ 1,
        new RandomResizedCrop(/* minArea= */ 0.2, /* maxArea= */ 1),
        Orientation.FLIPPED,
        List.of(
            new ColourJitter(
                /* brightness= */ 0.4,
                /* contrast= */ 0.4,
                /* saturation= */ 0.2,
                /* hue= */ 0.1,
                /* probability= */ 0.8),
            new Grey(/* probability= */ 0.2),
            blur,
            solarize));
  }

  private static GaussianBlur blur(double probability) {
    return new GaussianBlur(/* minSigma= */ 0.1, /* maxSigma= */ 2, probability);
  }
}
