package org.vocabeam.models.obow;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.vocabeam.models.training.EmbeddingSpread;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.ViewSpec;

/**
 * OBoW, online bag-of-visual-words generation (Gidaris et al. 2021, "OBoW: Online Bag-of-Visual-
 * Words Generation for Self-Supervised Learning"), with the constants of the authors' code.
 *
 * @param levels of the backbone that make targets; the paper's last two, "vanilla" only the last
 * @param words K of every level; a multiple of the batch size
 * @param inverseDelta base of the inverse temperature of the assignment; null for the nearest word
 * @param inverseTemperature kappa, of the student's softmax; fixed
 * @param borderCrop outermost cells of the teacher's maps that are dropped
 * @param reduction of an image's codes over its locations
 * @param vocabularyUpdate what an image puts into the vocabulary
 * @param distanceDecay of the running distance m
 * @param teacherDecay of the teacher's weights at the first step; goes to 1 by a cosine
 * @param teacherView the one view that the teacher sees
 * @param crops the kinds of crops that the student sees, each a forward pass of its own
 */
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
  /** The scope of the variables of the network that makes the targets. */
  public static final String TEACHER = "teacher.";

  private static final String STUDENT_SHARE = "studentShare";

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
    checkArgument(!crops.isEmpty(), "crops is empty, the student must see one kind at least");
    teacherView.checkSingle();
    // The name of a view is its input and part of its seed: of two alike one would be lost.
    List<String> names =
        Stream.concat(crops.stream(), Stream.of(teacherView)).map(ViewSpec::name).toList();
    checkArgument(distinct(names), "the views are named %s, must have different names", names);
  }

  private static boolean distinct(List<String> names) {
    return names.stream().distinct().count() == names.size();
  }

  /**
   * The settings of a preset. For images of about 224 pixels those of the authors' ResNet-50 and
   * ResNet-18 configurations; for small ones the same with a small-image stem and views of their
   * size.
   */
  public static Recipe recipe(Preset preset, Task task) {
    return switch (preset) {
      case RESNET50 -> paper(task, preset.backbone(task), 15, 8, 256, 0.03, 3e-5, 1e-4, 10);
      case RESNET18 -> paper(task, preset.backbone(task), 10, 5, 128, 0.05, 0, 5e-4, 0);
      case SMALL -> small(task, preset.backbone(task));
    };
  }

  /** Gidaris et al. 2021, section 4.1 and the configurations of the authors' code. */
  private static Recipe paper(
      Task task,
      Backbone backbone,
      double inverseDelta,
      double inverseTemperature,
      int batchSize,
      double learningRate,
      double endLearningRate,
      double weightDecay,
      long warmupEpochs) {
    boolean small = task.isSmall();
    int side = task.side();
    ViewSpec teacherView = small ? ViewSpec.obowTeacher(side, side) : ViewSpec.obowTeacher();
    List<ViewSpec> crops =
        small ? smallCrops(side) : List.of(ViewSpec.obowCrops160(), ViewSpec.obowPatches96());
    Obow method =
        new Obow(
            lastLevels(backbone, teacherView.size(), 2),
            8192,
            inverseDelta,
            inverseTemperature,
            1,
            VisualWords.Reduction.MAX,
            Vocabulary.Update.LOCAL_AVERAGE,
            0.99,
            0.99,
            teacherView,
            crops);
    long warmup = Math.min(warmupEpochs * (task.imageCount() / batchSize), task.steps() / 10);
    return task.recipe(
        method,
        backbone,
        batchSize,
        new Sgd(0.9, weightDecay, false),
        new RateSchedule.Cosine(learningRate, endLearningRate, warmup));
  }

  /**
   * For 28 to 64 pixels and minutes on a processor, chosen by trials on Fashion-MNIST. Few words,
   * because a small data set has few visual concepts (METHODS section 1: hundreds on small data);
   * one level, of places that see a quarter of the image; a high rate and a fast teacher, because
   * the run is short; a long warm-up, because without it that rate draws all embeddings together in
   * the first twenty steps; crops at about the scale at which whole images are seen later.
   */
  private static Recipe small(Task task, Backbone backbone) {
    int side = task.side();
    Obow method =
        new Obow(
            lastLevels(backbone, side, 1),
            256,
            15.0,
            8,
            1,
            VisualWords.Reduction.MAX,
            Vocabulary.Update.LOCAL_AVERAGE,
            0.99,
            0.97,
            ViewSpec.obowTeacher(side, side),
            smallCrops(side));
    return task.recipe(
        method,
        backbone,
        64,
        new Sgd(0.9, 5e-4, false),
        new RateSchedule.Cosine(0.2, 0, task.smallWarmup()));
  }

  private static List<ViewSpec> smallCrops(int side) {
    int size = Math.max(1, Math.round(side * 5 / 7f));
    return List.of(ViewSpec.obowCrops(size, 2, new RandomResizedCrop(0.2, 1), GaussianBlur.NONE));
  }

  /** The last levels whose maps are large enough for border crop and 3x3 averaging. */
  private static List<String> lastLevels(Backbone backbone, int side, int count) {
    List<String> usable =
        backbone.levels().stream().filter(l -> backbone.mapSide(l, side) >= 5).toList();
    if (usable.isEmpty()) {
      throw new UserError(
          "images of "
              + side
              + " pixels are too small for this backbone; take --preset=small or"
              + " larger images");
    }
    return usable.subList(Math.max(0, usable.size() - count), usable.size());
  }

  /** The variable that holds a level's words, {@code [K, C]}: features of the teacher. */
  public static String vocabulary(String level) {
    return Vocabulary.name(level);
  }

  @Override
  public String name() {
    return "obow";
  }

  @Override
  public List<ViewSpec> views() {
    List<ViewSpec> views = new ArrayList<>(crops);
    views.add(teacherView);
    return views;
  }

  /** The location whose local feature becomes a word, for every level. */
  @Override
  public List<Draw> draws(Backbone backbone) {
    return levels.stream().map(l -> new Draw("location." + l, locations(backbone, l))).toList();
  }

  private int locations(Backbone backbone, String level) {
    int side = backbone.mapSide(level, teacherView.size()) - 2 * borderCrop;
    return side > 0 ? vocabularyUpdate.locations(side, side) : 0;
  }

  @Override
  public List<String> scalars() {
    return List.of(STUDENT_SHARE);
  }

  @Override
  public Map<String, Double> scalars(long step, long steps) {
    return Map.of(STUDENT_SHARE, CosineSchedule.studentShare(teacherDecay, step, steps));
  }

  @Override
  public List<String> studentCopies() {
    return List.of(TEACHER);
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    for (String level : levels) {
      if (!backbone.levels().contains(level)) {
        throw new UserError(
            "level " + level + " is not in the backbone; allowed: " + backbone.levels());
      }
      if (locations(backbone, level) < 1) {
        int side = backbone.mapSide(level, teacherView.size());
        throw new UserError(
            String.format(
                "the map of %s is %dx%d for views of %d pixels, and a border crop of %d with %s"
                    + " leaves nothing of it; use larger images, an earlier level, borderCrop 0 or"
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

  /** One step, in the order of METHODS: words, student, teacher's weights, targets, loss. */
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
      monitors.put("perplexity_image/" + level, VisualWords.perplexityPerImage(tf, bags));
      monitors.put("perplexity_batch/" + level, VisualWords.perplexityOfBatch(tf, bags));
      monitors.put("distance/" + level, m);
    }

    // Mean over levels, sum over kinds of crops.
    Map<String, Operand<TFloat32>> losses = new LinkedHashMap<>();
    for (ViewSpec crop : crops) {
      List<Operand<TFloat32>> ofLevels = new ArrayList<>();
      for (String level : levels) {
        Operand<TFloat32> logits =
            WordToWeight.logits(
                tf, features.get(crop.name()), classifiers.get(level), inverseTemperature);
        ofLevels.add(BagLoss.divergence(tf, logits, targets.get(level)));
      }
      losses.put(
          "loss/" + crop.name(),
          tf.math.div(tf.math.addN(ofLevels), tf.constant((float) levels.size())));
    }
    Operand<TFloat32> total = tf.math.addN(losses.values());

    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    metrics.put("loss", total);
    metrics.put("embedding_std", EmbeddingSpread.of(tf, features.get(crops.get(0).name())));
    metrics.putAll(losses);
    metrics.putAll(monitors);
    return new Loss(
        total,
        metrics,
        after ->
            newWords.forEach((level, vectors) -> vocabularies.get(level).push(after, vectors)));
  }

  /** m <- decay m + (1 - decay) mu, before it scales the distances that mu is made of. */
  private Operand<TFloat32> moveRunningDistance(
      Ops tf, Variables variables, String level, Operand<TFloat32> distances) {
    String name = "distance." + level;
    variables.variable("", name, Role.STATISTIC, Initializer.constant(0.5f));
    Operand<TFloat32> mu = VisualWords.meanNearestDistance(tf, distances);
    return variables.assign(
        name,
        tf.math.add(
            tf.math.mul(variables.get(name), tf.constant((float) distanceDecay)),
            tf.math.mul(mu, tf.constant((float) (1 - distanceDecay)))));
  }
}
