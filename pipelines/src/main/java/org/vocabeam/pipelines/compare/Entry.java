package org.vocabeam.pipelines.compare;

import java.util.Set;
import java.util.regex.Pattern;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RecipeChoice;

/**
 * Entry of a comparison: a method and its constants.
 *
 * @param name name in the table, and of the directory of the runs
 * @param choice method and constants; every seed of the comparison takes the place of its seed
 */
public record Entry(String name, RecipeChoice choice) {
  /** Names that a directory of any file system can have. */
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ,.()=+_-]*");

  /** Other directories of a comparison. */
  private static final Set<String> TAKEN =
      Set.of("compare.json", "index.html", "lock", "metrics", "reference", "speed");

  public Entry {
    if (!NAME.matcher(name).matches() || name.endsWith(" ") || name.endsWith(".")) {
      throw new UserError(
          String.format(
              "name is '%s', must be letters, digits and , . ( ) = + _ - or spaces between them:"
                  + " it is the directory of the runs",
              name));
    }
    if (TAKEN.contains(name)) {
      throw new UserError(
          "name is " + name + ", which the comparison itself needs; give the entry another name");
    }
  }
}
