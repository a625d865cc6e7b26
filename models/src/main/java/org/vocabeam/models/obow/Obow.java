package org.vocabeam.models.obow;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.MovingAverage;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.ViewSpec;

/**
 * OBoW, online bag-of-visual-words generation (Gidaris et al. 2021, "OBoW: Online Bag-of-Visual-
 * Words Generation for Self-Supervised Learning"), with the constants of the authors' code.
 *
 * @param levels of the backbone that make targets; the last two in the paper, only the last in its
 *     "vanilla" form
 * @param words K of every level; a multiple of the batch size
 * @param inverseDelta 1 / delta, base of the inverse temperature of the assignment; null for the
 *     nearest word
 * @param inverseTemperature kappa of the student's softmax, not trained
 * @param borderCrop outermost cells of the teacher's maps that are dropped
 * @param reduction of an image's codes over its locations
 * @param vocabularyUpdate features that enter the vocabulary
 * @param distanceDecay of the running distance m
 * @param teacherDecay of the teacher's weights at the first step; rises to 1 by a cosine
 * @param teacherView the teacher's view, one of every image
 * @param crops kinds of the student's crops, each a forward pass of its own
 */
@JsonTypeName("obow")
public record Obow(
    List<String> levels,
    int words,
    Double inverseDelta,
    double inverseTemperature,
    int borderCrop,
    VisualWords.Reduction reduction,
    Vocabulary.Update vocabularyUpdate,
    double distanceDecay,
    double teacherDecay,
    ViewSpec teacherView,
    List<ViewSpec> crops)
    implements Method {
  /** Scope of the variables of the network that makes the targets. */
  public static final String TEACHER = "teacher.";

  private static final String PERPLEXITY_IMAGE = "perplexity_image/";
  private static final String PERPLEXITY_BATCH = "perplexity_batch/";
  private static final int RESNET50_WIDTH = 2048;

  /** Side of the smallest map that border crop and 3x3 averaging leave a cell of. */
  private static final int SMALLEST_MAP = 5;

  public Obow {
    levels = List.copyOf(levels);
    crops = List.copyOf(crops);
    checkArgument(!levels.isEmpty(), "levels is empty, must name one level at least");
    checkArgument(distinct(levels), "levels is %s, must name no level twice", levels);
    checkArgument(words > 0, "words is %s, must be positive", words);
    checkArgument(
        inverseDelta == null || (inverseDelta > 0 && Double.isFinite(inverseDelta)),
        "inverseDelta is %s, must be positive and finite, or absent",
        inverseDelta);
    checkArgument(
        inverseTemperature > 0 && Double.isFinite(inverseTemperature),
        "inverseTemperature is %s, must be positive and finite",
        inverseTemperature);
    checkArgument(borderCrop >= 0, "borderCrop is %s, must be at least 0", borderCrop);
    checkArgument(
        distanceDecay >= 0 && distanceDecay < 1,
        "distanceDecay is %s, must be in [0, 1)",
        distanceDecay);
    checkArgument(
        teacherDecay >= 0 && teacherDecay <= 1,
        "teacherDecay is %s, must be in [0, 1]",
        teacherDecay);
    checkArgument(!crops.isEmpty(), "crops is empty, must have one kind at least");
    teacherView.checkSingle();
    // The name of a view is its input and part of its seed, so two equal names would be one view.
    List<String> names =
        Stream.concat(crops.stream(), Stream.of(teacherView)).map(ViewSpec::name).toList();
    checkArgument(distinct(names), "the views are named %s, must have different names", names);
  }

  private static boolean distinct(List<String> names) {
    return names.stream().distinct().count() == names.size();
  }

  @Override
  public List<ViewSpec> views() {
    List<ViewSpec> views = new ArrayList<>(crops);
    views.add(teacherView);
    return views;
  }

  /** A location for every level, whose local feature becomes a word. */
  @Override
  public List<Draw> draws(Backbone backbone) {
    return levels.stream().map(l -> new Draw("location." + l, locations(backbone, l))).toList();
  }

  private int locations(Backbone backbone, String level) {
    int side = backbone.mapSide(level, teacherView.size()) - 2 * borderCrop;
    return side > 0 ? vocabularyUpdate.locations(side, side) : 0;
  }

  @Override
  public Map<String, ScalarSchedule> scalars() {
    return Map.of(
        STUDENT_SHARE, (step, steps) -> CosineSchedule.studentShare(teacherDecay, step, steps));
  }

  @Override
  public List<String> studentCopies() {
    return List.of(TEACHER);
  }

  /** Words of the last level, which are features of the teacher. */
  @Override
  public Optional<WordMap> wordMap(Backbone backbone) {
    String last = levels.get(levels.size() - 1);
    return Optional.of(
        new WordMap(TEACHER, last, Optional.of(Vocabulary.name(last)), borderCrop, words));
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    for (String level : levels) {
      if (!backbone.levels().contains(level)) {
        throw new UserError(
            "levels has " + level + ", must be one of " + String.join(", ", backbone.levels()));
      }
      if (locations(backbone, level) < 1) {
        int side = backbone.mapSide(level, teacherView.size());
        throw new UserError(
            String.format(
                "the map of %s is %dx%d for views of %d pixels, and a border crop of %d with %s"
                    + " leaves nothing of it; take larger images, an earlier level, borderCrop 0 or"
                    + " another vocabularyUpdate",
                level, side, side, teacherView.size(), borderCrop, vocabularyUpdate));
      }
    }
    if (words % batchSize != 0) {
      throw new UserError(
          String.format(
              "words is %d, must be a multiple of batchSize, which is %d: take %d",
              words, batchSize, Math.max(1, Math.round((double) words / batchSize)) * batchSize));
    }
  }

  @Override
  public String againstCollapse() {
    return "lower learningRate or add warmupSteps, and bring teacherDecay nearer to 1";
  }

  @Override
  public List<CollapseSign> collapseSigns() {
    List<CollapseSign> signs = new ArrayList<>();
    for (String level : levels) {
      signs.add(
          CollapseSign.below(
              PERPLEXITY_BATCH + level,
              2,
              "one word takes all images",
              "take more words or lower inverseDelta"));
      signs.add(
          CollapseSign.above(
              PERPLEXITY_IMAGE + level,
              0.95 * words,
              "every image has all words alike",
              "raise inverseDelta"));
    }
    return signs;
  }

  /** One step, in the order of docs/methods.md: words, student, teacher, targets, loss. */
  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    Map<String, Vocabulary> vocabularies = new LinkedHashMap<>();
    for (String level : levels) {
      vocabularies.put(level, new Vocabulary(variables, level, words, backbone.channels(level)));
    }

    // The student's view: one pooled feature [B crops, D] for every kind of crop, and for every
    // level a classifier [K, D] made of the words.
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Map<String, Operand<TFloat32>> features = new LinkedHashMap<>();
    for (ViewSpec crop : crops) {
      features.put(crop.name(), backbone.embed(student, inputs.views().get(crop.name())));
    }
    Layers generator = new Layers(tf, variables.scope("generator."), Mode.TRAINING);
    Map<String, Operand<TFloat32>> classifiers = new LinkedHashMap<>();
    vocabularies.forEach(
        (level, vocabulary) ->
            classifiers.put(
                level,
                WordToWeight.generate(
                    generator.in(level), vocabulary.words(), backbone.embeddingWidth())));

    // The teacher's: its weights move first, then it runs on the statistics of its own batch.
    MovingAverage average =
        new MovingAverage(tf, variables, STUDENT, TEACHER, inputs.scalars().get(STUDENT_SHARE));
    Map<String, Operand<TFloat32>> maps =
        backbone.maps(
            new Layers(tf, average, Mode.TRAINING), inputs.views().get(teacherView.name()));

    Map<String, Operand<TFloat32>> targets = new LinkedHashMap<>();
    Map<String, Operand<TFloat32>> newWords = new LinkedHashMap<>();
    Map<String, Operand<TFloat32>> monitors = new LinkedHashMap<>();
    for (String level : levels) {
      // [B, h, w, C] -> [B L, K] -> [B, K]
      Operand<TFloat32> map = VisualWords.cropBorder(tf, maps.get(level), borderCrop);
      Operand<TFloat32> distances =
          VisualWords.squaredDistances(tf, map, vocabularies.get(level).words());
      Operand<TFloat32> m = moveRunningDistance(tf, variables, level, distances);
      Operand<TFloat32> codes = VisualWords.assign(tf, distances, m, inverseDelta);
      Operand<TFloat32> bags = VisualWords.reduce(tf, codes, (int) map.shape().get(0), reduction);
      targets.put(level, bags);
      newWords.put(
          level,
          Vocabulary.sample(tf, map, inputs.draws().get("location." + level), vocabularyUpdate));
      monitors.put(PERPLEXITY_IMAGE + level, VisualWords.perplexityPerImage(tf, bags));
      monitors.put(PERPLEXITY_BATCH + level, VisualWords.perplexityOfBatch(tf, bags));
      monitors.put("distance/" + level, m);
    }

    // Mean over levels, sum over kinds of crops.
    Map<String, Operand<TFloat32>> losses = new LinkedHashMap<>();
    for (ViewSpec crop : crops) {
      List<Operand<TFloat32>> levelLosses = new ArrayList<>();
      for (String level : levels) {
        Operand<TFloat32> logits =
            WordToWeight.logits(
                generator, features.get(crop.name()), classifiers.get(level), inverseTemperature);
        levelLosses.add(BagLoss.divergence(tf, logits, targets.get(level)));
      }
      losses.put(
          "loss/" + crop.name(),
          tf.math.div(tf.math.addN(levelLosses), tf.constant((float) levels.size())));
    }
    newWords.forEach((level, vectors) -> vocabularies.get(level).push(tf, vectors));
    Operand<TFloat32> total = tf.math.addN(losses.values());
    return Loss.of(total, features.get(crops.get(0).name())).with(losses).with(monitors);
  }

  /** Authors m <- decay m + (1 - decay) mu, which runs before m scales the distances. */
  private Operand<TFloat32> moveRunningDistance(
      Ops tf, Variables variables, String level, Operand<TFloat32> distances) {
    String name = "distance." + level;
    variables.variable("", name, Role.STATISTIC, Initializer.constant(0.5f));
    Operand<TFloat32> mu = VisualWords.meanNearestDistance(tf, distances);
    return variables.assign(
        name, VisualWords.movedDistance(tf, variables.get(name), mu, distanceDecay));
  }

  /**
   * The authors' configurations for ResNet-50 and ResNet-18 (Gidaris et al. 2021, section 4.1 and
   * reference code). A network whose embedding is as wide as ResNet-50's takes the first, a
   * narrower one the second. For small images, views of their size take the place of the paper's.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    return backbone.embeddingWidth() >= RESNET50_WIDTH
        ? resNet50(backbone, task)
        : resNet18(backbone, task);
  }

  private static Recipe resNet50(Backbone backbone, Task task) {
    int batch = 256;
    return task.recipe(
        paper(backbone, task, /* inverseDelta= */ 15, /* inverseTemperature= */ 8),
        backbone,
        batch,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 1e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.03,
            /* endLearningRate= */ 3e-5,
            task.warmup(/* epochs= */ 10, batch)));
  }

  private static Recipe resNet18(Backbone backbone, Task task) {
    return task.recipe(
        paper(backbone, task, /* inverseDelta= */ 10, /* inverseTemperature= */ 5),
        backbone,
        /* batchSize= */ 128,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.05, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  private static Obow paper(
      Backbone backbone, Task task, double inverseDelta, double inverseTemperature) {
    int side = task.side();
    ViewSpec teacherView =
        task.isSmall() ? ViewSpec.obowTeacher(side, side) : ViewSpec.obowTeacher();
    return new Obow(
        lastLevels(backbone, teacherView.size(), /* count= */ 2),
        /* words= */ 8192,
        inverseDelta,
        inverseTemperature,
        /* borderCrop= */ 1,
        VisualWords.Reduction.MAX,
        Vocabulary.Update.LOCAL_AVERAGE,
        /* distanceDecay= */ 0.99,
        /* teacherDecay= */ 0.99,
        teacherView,
        task.isSmall()
            ? smallCrops(backbone, side)
            : List.of(ViewSpec.obowCrops160(), ViewSpec.obowPatches96()));
  }

  /**
   * Settings for 28 to 64 pixels and minutes on a processor, chosen by trials on Fashion-MNIST: few
   * words, because a small data set has few visual concepts (docs/methods.md, section 1); one
   * level, of places that see a quarter of the image; a high rate and a fast teacher, because the
   * run is short; a long warm-up, because without it that rate draws all embeddings together in the
   * first twenty steps; crops at about the scale at which whole images are seen later.
   */
  public static Recipe small(Backbone backbone, Task task) {
    int side = task.side();
    Obow method =
        new Obow(
            lastLevels(backbone, side, /* count= */ 1),
            /* words= */ 256,
            /* inverseDelta= */ 15.0,
            /* inverseTemperature= */ 8,
            /* borderCrop= */ 1,
            VisualWords.Reduction.MAX,
            Vocabulary.Update.LOCAL_AVERAGE,
            /* distanceDecay= */ 0.99,
            /* teacherDecay= */ 0.97,
            ViewSpec.obowTeacher(side, side),
            smallCrops(backbone, side));
    return task.recipe(
        method,
        backbone,
        /* batchSize= */ 64,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.2, /* endLearningRate= */ 0, task.smallWarmup()));
  }

  /** Two crops of the paper's share of the side, 160 of 224 pixels. */
  private static List<ViewSpec> smallCrops(Backbone backbone, int side) {
    int size = backbone.wholePatches(Math.max(1, Math.round(side * 5 / 7f)));
    return List.of(
        ViewSpec.obowCrops(
            size,
            /* count= */ 2,
            new RandomResizedCrop(/* minArea= */ 0.2, /* maxArea= */ 1),
            GaussianBlur.NONE));
  }

  /** Returns the last levels whose maps are large enough for border crop and 3x3 averaging. */
  private static List<String> lastLevels(Backbone backbone, int side, int count) {
    List<String> usable =
        backbone.levels().stream()
            .filter(level -> backbone.mapSide(level, side) >= SMALLEST_MAP)
            .toList();
    if (usable.isEmpty()) {
      throw new UserError(
          String.format(
              "images of %d pixels are too small for this network: no map of it is %d x %d or"
                  + " larger; take larger images or a network that shrinks them less",
              side, SMALLEST_MAP, SMALLEST_MAP));
    }
    return usable.subList(Math.max(0, usable.size() - count), usable.size());
  }
}
