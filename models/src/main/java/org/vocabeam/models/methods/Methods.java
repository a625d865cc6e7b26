package org.vocabeam.models.methods;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.generative.Autoencoder;
import org.vocabeam.models.generative.Gan;
import org.vocabeam.models.jointembedding.Byol;
import org.vocabeam.models.jointembedding.Dino;
import org.vocabeam.models.jointembedding.SimClr;
import org.vocabeam.models.jointembedding.SimSiam;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.obow.Obow;
import org.vocabeam.models.pretext.Colorization;
import org.vocabeam.models.pretext.Jigsaw;
import org.vocabeam.models.pretext.RelativePatch;
import org.vocabeam.models.pretext.Rotation;
import org.vocabeam.models.replicas.Combination;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;

/** The one place where a method is registered, and the JSON form of recipes. */
public final class Methods {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .registerSubtypes(
              new NamedType(Autoencoder.class, "autoencoder"),
              new NamedType(BowNet.class, "bownet"),
              new NamedType(Byol.class, "byol"),
              new NamedType(Colorization.class, "colorization"),
              new NamedType(Dino.class, "dino"),
              new NamedType(Distillation.class, "distillation"),
              new NamedType(Gan.class, "gan"),
              new NamedType(Jigsaw.class, "jigsaw"),
              new NamedType(Obow.class, "obow"),
              new NamedType(RelativePatch.class, "relative-patch"),
              new NamedType(Rotation.class, "rotation"),
              new NamedType(SimClr.class, "simclr"),
              new NamedType(SimSiam.class, "simsiam"),
              new NamedType(Supervised.class, "supervised"))
          .build();

  private static final Map<String, BiFunction<Preset, Task, Recipe>> PRESETS =
      Map.ofEntries(
          entry("autoencoder", Autoencoder::recipe),
          entry("bownet", BowNet::recipe),
          entry("byol", Byol::recipe),
          entry("colorization", Colorization::recipe),
          entry("dino", Dino::recipe),
          entry("gan", Gan::recipe),
          entry("jigsaw", Jigsaw::recipe),
          entry("obow", Obow::recipe),
          entry("relative-patch", RelativePatch::recipe),
          entry("rotation", Rotation::recipe),
          entry("simclr", SimClr::recipe),
          entry("simsiam", SimSiam::recipe));

  private Methods() {}

  /** The values of {@code --method}, sorted. */
  public static List<String> names() {
    return PRESETS.keySet().stream().sorted().toList();
  }

  /** The settings of a method for a task. */
  public static Recipe recipe(String method, Preset preset, Task task) {
    if (!PRESETS.containsKey(method)) {
      throw new UserError("method is " + method + ", must be one of " + names());
    }
    return PRESETS.get(method).apply(preset, task);
  }

  /** The recipe as a tree, to change single values of it. */
  public static JsonNode toTree(Recipe recipe) {
    return JSON.valueToTree(recipe);
  }

  /** How replicas are combined, as it is written down with what they make. */
  public static JsonNode toTree(Combination combination) {
    return JSON.valueToTree(combination);
  }

  public static String toJson(Recipe recipe) {
    try {
      return JSON.writeValueAsString(recipe);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The kinds of view of a recipe, for the provenance of views. */
  public static JsonNode viewsToTree(Recipe recipe) {
    return JSON.valueToTree(recipe.method().views());
  }

  /** The recipe of a tree, checked as when it is made. */
  public static Recipe recipe(JsonNode tree) {
    try {
      return JSON.treeToValue(tree, Recipe.class);
    } catch (ValueInstantiationException e) {
      // A record has refused its values: its message is the one for the user.
      throw new UserError(e.getCause().getMessage(), e);
    } catch (JsonProcessingException e) {
      throw new UserError("the recipe does not fit this version: " + e.getOriginalMessage(), e);
    }
  }

  public static Recipe recipe(String json) {
    try {
      return recipe(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new UserError("the recipe is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
