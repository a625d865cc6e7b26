package org.vocabeam.models.methods;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.common.primitives.Primitives;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.generative.Autoencoder;
import org.vocabeam.models.generative.Gan;
import org.vocabeam.models.jointembedding.Byol;
import org.vocabeam.models.jointembedding.Dino;
import org.vocabeam.models.jointembedding.Lejepa;
import org.vocabeam.models.jointembedding.SimClr;
import org.vocabeam.models.jointembedding.SimSiam;
import org.vocabeam.models.jointembedding.Swav;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.obow.Moca;
import org.vocabeam.models.obow.Obow;
import org.vocabeam.models.pretext.Colorization;
import org.vocabeam.models.pretext.Jigsaw;
import org.vocabeam.models.pretext.RelativePatch;
import org.vocabeam.models.pretext.Rotation;
import org.vocabeam.models.training.Continuation;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.weights.Imported;

/**
 * Registration of the methods, and the JSON form of recipes.
 *
 * <pre>{@code
 * Recipe recipe = Methods.recipe("dino", Preset.SMALL, task);
 * assert recipe.equals(Methods.recipe(Methods.toJson(recipe)));
 * }</pre>
 */
public final class Methods {
  /**
   * Methods that a preset chooses the network of. A new one is its file and a line here, which
   * names a network if the method does not work on all.
   */
  private static final List<Registered> METHODS =
      List.of(
          new Registered(Autoencoder.class, Autoencoder::small, Autoencoder::paper),
          new Registered(BowNet.class, BowNet::small, BowNet::paper),
          new Registered(Byol.class, Byol::small, Byol::paper),
          new Registered(Colorization.class, Colorization::small, Colorization::paper),
          new Registered(Dino.class, Dino::small, Dino::paper),
          new Registered(Gan.class, Gan::small, Gan::paper),
          new Registered(Jigsaw.class, Jigsaw::small, Jigsaw::paper),
          new Registered(Lejepa.class, Lejepa::small, Lejepa::paper),
          new Registered(Moca.class, Moca::small, Moca::paper, /* network= */ "vit-mini4"),
          new Registered(Obow.class, Obow::small, Obow::paper),
          new Registered(RelativePatch.class, RelativePatch::small, RelativePatch::paper),
          new Registered(Rotation.class, Rotation::small, Rotation::paper),
          new Registered(SimClr.class, SimClr::small, SimClr::paper),
          new Registered(SimSiam.class, SimSiam::small, SimSiam::paper),
          new Registered(Swav.class, Swav::small, Swav::paper));

  /** Constants that recipes of earlier versions do not have, with their values of that time. */
  private static final Map<String, JsonNode> LATER =
      Map.of(
          "microBatches",
          IntNode.valueOf(1),
          "precision",
          TextNode.valueOf("float32"),
          "continuation",
          new ObjectMapper().valueToTree(Continuation.NONE));

  private static final ObjectMapper JSON = json();

  /**
   * A method with its settings.
   *
   * @param type with a {@code JsonTypeName}
   * @param small settings for a network and a task
   * @param paper settings for a network and a task
   * @param network name of the network that it is tried on first; it works on others of this kind,
   *     and where it is that of {@link Preset#SMALL}, on all
   */
  private record Registered(
      Class<? extends Method> type,
      BiFunction<Backbone, Task, Recipe> small,
      BiFunction<Backbone, Task, Recipe> paper,
      String network) {
    Registered(
        Class<? extends Method> type,
        BiFunction<Backbone, Task, Recipe> small,
        BiFunction<Backbone, Task, Recipe> paper) {
      this(type, small, paper, Preset.SMALL.network());
    }

    String name() {
      return Method.nameOf(type);
    }

    Recipe recipe(Settings settings, Backbone backbone, Task task) {
      BiFunction<Backbone, Task, Recipe> made =
          switch (settings) {
            case SMALL -> small;
            case PAPER -> paper;
          };
      return made.apply(backbone, task).fitting(task.imageCount());
    }
  }

  private Methods() {}

  private static ObjectMapper json() {
    ObjectMapper json =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    METHODS.forEach(method -> json.registerSubtypes(method.type()));
    json.registerSubtypes(Distillation.class, Imported.class, Supervised.class);
    Backbones.types().forEach(json::registerSubtypes);
    return json;
  }

  /** Returns the names of the methods that a preset chooses the network of, sorted. */
  public static List<String> names() {
    return METHODS.stream().map(Registered::name).sorted().toList();
  }

  /**
   * Returns the preset of a name for a method: that of {@link Preset#named}, but for {@code small},
   * which is the small settings on a small network that the method works on.
   *
   * @param method one of {@link #names}
   * @throws UserError if there is no such method or no such preset
   */
  public static Preset preset(String method, String name) {
    Preset named = Preset.named(name);
    return name.equals(Preset.SMALL.name())
        ? new Preset(registered(method).network(), named.settings())
        : named;
  }

  /**
   * Returns the settings of a method for a task. A batch that is larger than the images is halved
   * until it fits.
   *
   * @param method one of {@link #names}
   * @throws UserError if there is no such method, or if it cannot work on such images
   */
  public static Recipe recipe(String method, Preset preset, Task task) {
    return recipe(method, preset.settings(), preset.backbone(task), task);
  }

  /**
   * Returns the settings of a method for a task and a network.
   *
   * @param method one of {@link #names}
   * @throws UserError if there is no such method, or if it cannot work on such images
   */
  public static Recipe recipe(String method, Settings settings, Backbone backbone, Task task) {
    return registered(method).recipe(settings, backbone, task);
  }

  private static Registered registered(String method) {
    return METHODS.stream()
        .filter(registered -> registered.name().equals(method))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "method is " + method + ", must be one of " + String.join(", ", names())));
  }

  /** Returns the recipe as a tree, in which single values can be changed. */
  public static JsonNode toTree(Recipe recipe) {
    return JSON.valueToTree(recipe);
  }

  /** Returns the recipe in one line, with sorted keys. */
  public static String toJson(Recipe recipe) {
    try {
      return JSON.writeValueAsString(recipe);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the kinds of view of a recipe, for the provenance of views. */
  public static JsonNode viewsToTree(Recipe recipe) {
    return JSON.valueToTree(recipe.method().views());
  }

  /**
   * Returns the recipe of a tree, also of one that an earlier version wrote.
   *
   * @throws UserError if a value is missing, unknown or out of its range
   */
  public static Recipe recipe(JsonNode tree) {
    try {
      return JSON.treeToValue(complete(tree), Recipe.class);
    } catch (ValueInstantiationException e) {
      // A record has rejected its values: its message is the one for the user.
      throw new UserError(e.getCause().getMessage(), e);
    } catch (JsonProcessingException e) {
      throw new UserError(
          wrongValue(e, tree)
              .orElse("the recipe does not fit this version: " + e.getOriginalMessage()),
          e);
    }
  }

  /** Returns the line on a value of the wrong type; nothing for a recipe of another version. */
  private static Optional<String> wrongValue(JsonProcessingException e, JsonNode tree) {
    if (!(e instanceof MismatchedInputException wrong)
        || wrong instanceof UnrecognizedPropertyException
        || wrong.getPath().isEmpty()) {
      return Optional.empty();
    }
    JsonMappingException.Reference last = wrong.getPath().get(wrong.getPath().size() - 1);
    String name = last.getFieldName() == null ? "an element" : last.getFieldName();
    if (wrong instanceof InvalidTypeIdException id) {
      return Optional.of(name + " has the unknown type " + id.getTypeId());
    }
    JsonNode value = tree;
    for (JsonMappingException.Reference step : wrong.getPath()) {
      value =
          step.getFieldName() == null
              ? value.path(step.getIndex())
              : value.path(step.getFieldName());
    }
    String actual =
        value.isMissingNode() ? "null" : value.isTextual() ? value.asText() : value.toString();
    return Optional.of(name + " is " + actual + ", must be " + allowed(wrong.getTargetType()));
  }

  private static String allowed(Class<?> type) {
    if (type == null) {
      return "of another type";
    }
    if (type.isEnum()) {
      List<String> names =
          Arrays.stream(type.getEnumConstants())
              .map(constant -> JSON.convertValue(constant, String.class))
              .toList();
      int last = names.size() - 1;
      return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }
    Class<?> boxed = Primitives.wrap(type);
    if (boxed == Integer.class || boxed == Long.class) {
      return "a whole number";
    }
    if (Number.class.isAssignableFrom(boxed)) {
      return "a number";
    }
    if (boxed == Boolean.class) {
      return "true or false";
    }
    return boxed == String.class ? "a text" : "JSON like the value that it replaces";
  }

  private static JsonNode complete(JsonNode tree) {
    return tree instanceof ObjectNode given
        ? JSON.createObjectNode().<ObjectNode>setAll(LATER).setAll(given)
        : tree;
  }

  /**
   * Returns the recipe of {@link #toJson}.
   *
   * @throws UserError if a value is missing, unknown or out of its range
   */
  public static Recipe recipe(String json) {
    try {
      return recipe(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new UserError("the recipe is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
