package org.vocabeam.models.methods;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import org.vocabeam.models.UserError;
import org.vocabeam.models.obow.Obow;
import org.vocabeam.models.training.Recipe;

/** The one place where a method is registered, and the JSON form of recipes. */
public final class Methods {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .registerSubtypes(new NamedType(Obow.class, "obow"))
          .build();

  private Methods() {}

  /** The recipe as a tree, to change single values of it. */
  public static JsonNode toTree(Recipe recipe) {
    return JSON.valueToTree(recipe);
  }

  public static String toJson(Recipe recipe) {
    try {
      return JSON.writeValueAsString(recipe);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
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
