package org.vocabeam.pipelines.inputs;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;

/**
 * Constants of a recipe that differ from its preset, each at its place in the recipe's JSON, which
 * checks the values.
 *
 * <pre>{@code
 * Recipe larger = RecipeChanges.NONE.with("--batchSize", "/batchSize", "256").applyTo(recipe);
 * }</pre>
 *
 * @param changes in the order in which they are made
 */
public record RecipeChanges(List<Change> changes) {
  /** The preset as it is. */
  public static final RecipeChanges NONE = new RecipeChanges(List.of());

  /** Option that changes any place, in the form {@code --set=PLACE=VALUE}. */
  public static final String SET = "--set";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A new value of one constant.
   *
   * @param option name of the option that changes it, or {@link #SET}
   * @param place JSON pointer of the constant
   * @param text value of the option
   * @param value value of the constant
   */
  public record Change(String option, String place, String text, JsonNode value) {
    private String typed() {
      return option.equals(SET) ? SET + "=" + place + "=" + text : option + "=" + text;
    }

    private String name() {
      return option.equals(SET) ? SET + " " + place : option;
    }
  }

  public RecipeChanges {
    changes = List.copyOf(changes);
  }

  /** Returns these changes and one more, whose value is JSON or else the text itself. */
  public RecipeChanges with(String option, String place, String text) {
    return with(option, place, text, json(text));
  }

  /** Returns these changes and one more. */
  public RecipeChanges with(String option, String place, String text, JsonNode value) {
    List<Change> more = new ArrayList<>(changes);
    more.add(new Change(option, place, text, value));
    return new RecipeChanges(more);
  }

  /** Returns these changes, and others after them. */
  public RecipeChanges and(RecipeChanges later) {
    List<Change> all = new ArrayList<>(changes);
    all.addAll(later.changes());
    return new RecipeChanges(all);
  }

  /** Returns these changes, and one more if there is a value. */
  public RecipeChanges ifGiven(String option, String place, @Nullable Object value) {
    return value == null
        ? this
        : value instanceof String text
            ? with(option, place, text, JsonNodeFactory.instance.textNode(text))
            : with(option, place, value.toString());
  }

  /** Returns a text as JSON, or else as a JSON text. */
  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  /**
   * Returns a recipe with the changes.
   *
   * @throws UserError when the recipe has no such constant, or the value is out of range
   */
  public Recipe applyTo(Recipe recipe) {
    JsonNode tree = Methods.toTree(recipe);
    changes.forEach(change -> replace(tree, change));
    try {
      return Methods.recipe(tree);
    } catch (UserError e) {
      throw new UserError(named(e.getMessage()), e);
    }
  }

  /** Returns a message with the names of options in place of the constants that they change. */
  private String named(String message) {
    String named = message;
    for (Change change : changes) {
      if (!change.option().equals(SET)) {
        String constant = change.place().substring(change.place().lastIndexOf('/') + 1);
        named = named.replaceAll("\\b" + constant + "\\b", change.option().substring(2));
      }
    }
    return named;
  }

  private static void replace(JsonNode tree, Change change) {
    if (!change.place().startsWith("/") || tree.at(change.place()).isMissingNode()) {
      throw new UserError(
          change.name() + " changes nothing that this recipe has; --printRecipe shows it");
    }
    JsonPointer pointer = JsonPointer.compile(change.place());
    JsonNode parent = tree.at(pointer.head());
    if (parent instanceof ObjectNode object) {
      object.set(pointer.last().getMatchingProperty(), change.value());
    } else {
      ((ArrayNode) parent).set(pointer.last().getMatchingIndex(), change.value());
    }
  }

  /** Returns the options in the order in which they were given. */
  public List<String> options() {
    return changes.stream().map(Change::typed).toList();
  }
}
