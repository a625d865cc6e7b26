package org.vocabeam.models.weights;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Positions;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;

/**
 * An encoder in a file of another library's weights: the network, which of its variables are there,
 * and which tensors of the file are none of them.
 *
 * <pre>{@code
 * try (WeightFile file = WeightFile.open(Path.of("resnet50.pth"))) {
 *   ImportedWeights weights = ImportedWeights.of(file, ImportedWeights.Choice.USUAL);
 *   Encoder encoder = Encoder.of(weights.recipe(), weights.state(), Pooling.GLOBAL, 64);
 * }
 * }</pre>
 *
 * @param file path of the file
 * @param names table of the names
 * @param part start of the names of the network that is taken; of DINO's checkpoint {@code
 *     teacher/backbone.}
 * @param backbone network
 * @param images shape at which whole images are shown
 * @param normalisation of the pixels that the weights were trained on
 * @param taken tensors that become variables, in the order of the variables
 * @param missing variables that are not in the file
 * @param leftOver tensors of the file that are not taken
 */
public record ImportedWeights(
    Path file,
    NameTable names,
    String part,
    Backbone backbone,
    ImageShape images,
    Normalisation normalisation,
    List<Taken> taken,
    List<VariableSpec> missing,
    List<WeightTensor> leftOver) {
  /** Mean and standard deviation of ImageNet's pixels, with which most weights were trained. */
  public static final Normalisation IMAGENET =
      new Normalisation(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  private static final Normalisation GREY =
      new Normalisation(new float[] {0.5f}, new float[] {0.5f});

  private static final long SEED = 1;

  /**
   * Prefixes of names: the keys of dictionaries in checkpoints, and the attributes of the modules
   * around a network.
   */
  private static final Pattern PREFIX =
      Pattern.compile(
          "(?:state_dict|state_dict_ema|model|model_state|model_state_dict|model_ema|network|net"
              + "|teacher|student|encoder|backbone|params|weights)/"
              + "|(?:module|model|network|net|backbone|encoder|feature_extractor|student|teacher"
              + "|encoder_teacher|encoder_student|encoder_q|encoder_k|base_encoder"
              + "|momentum_encoder|online_encoder|target_encoder|online_network|target_network"
              + "|visual|trunk|features_module)\\.");

  /** Networks of one file, the preferred first: what the authors of such checkpoints use. */
  private static final List<Pattern> PREFERRED =
      List.of(
          Pattern.compile(".*(?:teacher|_ema).*"),
          Pattern.compile("(?!.*(?:student|encoder_k|momentum|target)).*"),
          Pattern.compile(".*student.*"),
          Pattern.compile(".*"));

  private static final int SHOWN = 3;

  /** Relative error of constants that may be stored as bfloat16. */
  private static final double BFLOAT16 = 0x1p-8;

  /**
   * Wishes for what a file leaves open.
   *
   * @param part start of the names of the network to take, or a piece of it; null for the preferred
   *     network
   * @param network network by the images' shorter side; null for the one that the shapes tell
   * @param side of the squares in pixels at which images are shown; null for the network's usual
   * @param normalisation of the pixels; null for ImageNet's
   * @param heads of a transformer's attention, which no shape tells; null for one for 64 channels
   * @param incomplete true if variables that are not in the file keep their first random values
   */
  public record Choice(
      String part,
      IntFunction<Backbone> network,
      Integer side,
      Normalisation normalisation,
      Integer heads,
      boolean incomplete) {
    /** All as the file tells. */
    public static final Choice USUAL = new Choice(null, null, null, null, null, false);
  }

  /** A tensor of the file and the variable that it becomes. */
  public record Taken(WeightTensor tensor, VariableSpec variable) {}

  /** Tensors of the file that one table knows below one prefix, by the names of variables. */
  private record Found(NameTable names, String part, Map<String, WeightTensor> tensors) {
    int preference() {
      int preference = 0;
      while (!PREFERRED.get(preference).matcher(part).matches()) {
        preference++;
      }
      return preference;
    }
  }

  /**
   * Finds the encoder of a file.
   *
   * @throws UserError if there is none, if it lacks variables or if a shape does not fit
   */
  public static ImportedWeights of(WeightFile file, Choice choice) {
    Found found = find(file, choice.part());
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    found.tensors().forEach((variable, tensor) -> shapes.put(variable, tensor.shape()));
    FoundNetwork network = FoundNetwork.of(file, found.names(), shapes, choice);
    ImageShape images =
        choice.side() == null
            ? network.images()
            : new ImageShape(choice.side(), choice.side(), network.images().channels());
    Backbone backbone = network.backbone();
    List<Taken> taken = new ArrayList<>();
    List<VariableSpec> missing = new ArrayList<>();
    Map<String, WeightTensor> left = new LinkedHashMap<>(found.tensors());
    for (VariableSpec variable : WeightLayout.variables(backbone, images)) {
      WeightTensor tensor = left.remove(variable.unscoped());
      if (tensor == null) {
        missing.add(variable);
        continue;
      }
      List<Long> wanted = WeightLayout.torchShape(variable);
      if (!wanted.equals(tensor.shape()) && !isGridOf(variable, tensor)) {
        throw new UserError(
            "%s: %s is %s, must be %s for the network %s"
                .formatted(file.path(), tensor.name(), tensor.shownShape(), wanted, backbone));
      }
      taken.add(new Taken(tensor, variable));
    }
    if (!missing.isEmpty() && !choice.incomplete()) {
      throw new UserError(
          "%s lacks %d of the network's %d variables: %s; give the whole file, or take it as"
                  .formatted(
                      file.path(), missing.size(), missing.size() + taken.size(), shown(missing))
              + " incomplete");
    }
    if (backbone instanceof VisionTransformer net && net.positions() == Positions.ROTARY) {
      removeConstants(file, net, left);
    }
    checkBody(file, found, left);
    List<WeightTensor> leftOver = new ArrayList<>(file.tensors());
    taken.forEach(one -> leftOver.removeAll(one.tensor().parts()));
    return new ImportedWeights(
        file.path(),
        found.names(),
        found.part(),
        backbone,
        images,
        normalisation(choice, network, images.channels()),
        List.copyOf(taken),
        List.copyOf(missing),
        List.copyOf(leftOver));
  }

  /** Removes what a transformer with rotary positions computes itself, and refuses other values. */
  private static void removeConstants(
      WeightFile file, VisionTransformer net, Map<String, WeightTensor> left) {
    double[] mask = new double[3 * net.width()];
    Arrays.fill(mask, 1);
    Arrays.fill(mask, net.width(), 2 * net.width(), 0);
    removeConstant(
        file, left, NameTable.ROPE_PERIODS, Positions.periods(net.width() / net.heads()));
    for (int i = 0; i < net.depth(); i++) {
      removeConstant(file, left, "blocks." + i + "." + NameTable.BIAS_MASK, mask);
    }
  }

  private static void removeConstant(
      WeightFile file, Map<String, WeightTensor> left, String name, double[] wanted) {
    WeightTensor tensor = left.get(name);
    if (tensor == null || tensor.size() != wanted.length) {
      return;
    }
    double[] values = tensor.doubles();
    for (int i = 0; i < wanted.length; i++) {
      if (!(Math.abs(values[i] - wanted[i]) <= BFLOAT16 * wanted[i])) {
        throw new UserError(
            "%s: %s has %s at %d, must be %s; it would compute something else"
                .formatted(file.path(), tensor.name(), values[i], i, wanted[i]));
      }
    }
    left.remove(name);
  }

  /** Refuses weights of the network's body that the network has no variable for. */
  private static void checkBody(
      WeightFile file, Found found, Map<String, WeightTensor> withoutVariable) {
    for (WeightTensor tensor : file.tensors()) {
      if (tensor.name().startsWith(found.part())) {
        String name = tensor.name().substring(found.part().length());
        if (withoutVariable.containsValue(tensor)
            || (found.names().isBody(name) && found.names().variable(name).isEmpty())) {
          throw new UserError(
              "%s: %s is part of no network that is known (%s); it would compute something else"
                  .formatted(file.path(), tensor, found.names()));
        }
      }
    }
  }

  /**
   * Returns whether positions lack that of the class token, which timm adds to the token itself in
   * networks with registers.
   */
  private static boolean isGridOf(VariableSpec variable, WeightTensor tensor) {
    List<Long> wanted = WeightLayout.torchShape(variable);
    return variable.unscoped().equals("pos_embed")
        && tensor.shape().equals(List.of(wanted.get(0), wanted.get(1) - 1, wanted.get(2)));
  }

  private static Normalisation normalisation(Choice choice, FoundNetwork network, int channels) {
    if (choice.normalisation() != null) {
      return choice.normalisation();
    }
    if (network.normalisation() != null) {
      return network.normalisation();
    }
    return channels == 1 ? GREY : IMAGENET;
  }

  private static String shown(List<VariableSpec> variables) {
    String first =
        variables.stream().limit(SHOWN).map(VariableSpec::unscoped).collect(joining(", "));
    return variables.size() <= SHOWN ? first : first + ", ...";
  }

  private static Found find(WeightFile file, String part) {
    TreeSet<String> parts = new TreeSet<>();
    for (WeightTensor tensor : file.tensors()) {
      parts.addAll(prefixes(tensor.name()));
    }
    if (part != null) {
      parts.removeIf(prefix -> !prefix.contains(part));
    }
    List<Found> candidates = new ArrayList<>();
    for (String prefix : parts) {
      for (NameTable names : NameTable.values()) {
        Map<String, WeightTensor> tensors = new LinkedHashMap<>();
        for (WeightTensor tensor : file.tensors()) {
          if (tensor.name().startsWith(prefix) && tensor.type().isFloating()) {
            Optional<String> variable = names.variable(tensor.name().substring(prefix.length()));
            variable.ifPresent(name -> tensors.put(name, tensor));
          }
        }
        if (!tensors.isEmpty()) {
          candidates.add(new Found(names, prefix, FoundNetwork.named(tensors)));
        }
      }
    }
    int most = candidates.stream().mapToInt(found -> found.tensors().size()).max().orElse(0);
    return candidates.stream()
        .filter(found -> found.tensors().size() == most)
        .min(Comparator.comparingInt(Found::preference))
        .orElseThrow(() -> unknown(file, part));
  }

  /** Returns all starts of a name that are prefixes, the empty one too. */
  private static List<String> prefixes(String name) {
    List<String> prefixes = new ArrayList<>(List.of(""));
    Matcher matcher = PREFIX.matcher(name);
    for (int end = 0; matcher.region(end, name.length()).lookingAt(); end = matcher.end()) {
      prefixes.add(name.substring(0, matcher.end()));
    }
    return prefixes;
  }

  private static UserError unknown(WeightFile file, String part) {
    String below = part == null ? "" : " below " + part;
    if (file.tensors().isEmpty()) {
      return new UserError(file.path() + " has no tensors; nothing of it can be taken");
    }
    return new UserError(
        "%s has no network that is known: no name%s (%s ...) is one of %s"
            .formatted(
                file.path(),
                below,
                Refusal.quoted(file.tensors().get(0).name()),
                Arrays.stream(NameTable.values()).map(NameTable::toString).collect(joining("; "))));
  }

  /** Returns the recipe of a checkpoint with these weights. */
  public Recipe recipe() {
    return new Task(images, normalisation, /* imageCount= */ 0, /* steps= */ 1, SEED)
        .recipe(
            new Imported(names.toString()),
            backbone,
            /* batchSize= */ 2,
            new Sgd(/* momentum= */ 0, /* weightDecay= */ 0, /* nesterov= */ false),
            new RateSchedule.Cosine(
                /* learningRate= */ 0, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  /** Returns the variables of the encoder, as a checkpoint has them. */
  public List<VariableSpec> variables() {
    List<VariableSpec> variables = new ArrayList<>(taken.stream().map(Taken::variable).toList());
    variables.addAll(missing);
    return variables;
  }

  /**
   * Reads the values of all {@link #variables}.
   *
   * @return name, with the student's scope, to values in our layout
   * @throws UserError if a value is not finite
   */
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    variables().forEach(variable -> state.put(variable.name(), values(variable)));
    return state;
  }

  /**
   * Reads the values of a variable; a missing one has its first random values.
   *
   * @throws UserError if a value is not finite
   */
  public float[] values(VariableSpec variable) {
    for (Taken one : taken) {
      if (one.variable().equals(variable)) {
        return values(one);
      }
    }
    return variable.initialValues(SEED);
  }

  private float[] values(Taken one) {
    float[] values = one.tensor().floats();
    int wrong = 0;
    for (float value : values) {
      wrong += Float.isFinite(value) ? 0 : 1;
    }
    if (wrong > 0) {
      throw new UserError(
          "%s: %d of the values of %s are not finite; the weights are damaged"
              .formatted(file, wrong, one.tensor().name()));
    }
    if (isGridOf(one.variable(), one.tensor())) {
      float[] all = new float[one.variable().size()];
      System.arraycopy(values, 0, all, all.length - values.length, values.length);
      return all;
    }
    return WeightLayout.fromTorch(one.variable(), values);
  }
}
