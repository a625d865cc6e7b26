package org.vocabeam.pipelines.stage;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.weights.ImportedWeights;
import org.vocabeam.models.weights.ImportedWeights.Taken;
import org.vocabeam.models.weights.WeightFile;
import org.vocabeam.models.weights.WeightTensor;
import org.vocabeam.pipelines.inputs.ImportChoice;

/**
 * Lines on a file of weights: every tensor and what becomes of it, and a summary.
 *
 * @param location of the file
 * @param choice what the file leaves open
 * @param licence note on the licence; null for none
 */
record ImportReport(
    String location, WeightFile file, ImportChoice choice, @Nullable String licence) {
  private static final int SHOWN = 6;

  /** Note of our own files, which tells the network. */
  private static final String OWN = "vocabeam";

  /** Returns the lines on a file of which nothing can be taken. */
  String withoutNetwork(String reason) {
    return tensors(Map.of()) + line("File", described()) + line("Network", reason);
  }

  /**
   * Returns the lines on a file with an encoder.
   *
   * @param output checkpoint that was written; null for none
   */
  String of(ImportedWeights found, String hash, @Nullable String output) {
    Map<String, String> variables = new HashMap<>();
    for (Taken one : found.taken()) {
      one.tensor().parts().forEach(part -> variables.put(part.name(), one.variable().name()));
    }
    long values = found.taken().stream().map(Taken::tensor).mapToLong(WeightTensor::size).sum();
    StringBuilder text = new StringBuilder(tensors(variables));
    text.append(line("File", described()));
    text.append(line("SHA-256", hash));
    file.notes().entrySet().stream()
        .filter(note -> !note.getKey().contains("/") && !note.getKey().equals(OWN))
        .limit(SHOWN)
        .forEach(note -> text.append(line("Note", note.getKey() + ": " + note.getValue())));
    text.append(line("Names", found.names().toString()));
    if (!found.part().isEmpty()) {
      text.append(line("Part", found.part()));
    }
    text.append(line("Network", found.backbone().toString()));
    if (found.backbone() instanceof VisionTransformer net
        && choice.heads() == null
        && choice.preset() == null
        && !file.notes().containsKey(OWN)) {
      text.append(
          line(
              "Heads",
              net.heads()
                  + ", one for 64 channels; no weight tells them: give --heads=N if there are"
                  + " others"));
    }
    text.append(
        line(
            "Images",
            String.format(
                "shown as %d x %d; mean %s, deviation %s",
                found.images().height(),
                found.images().width(),
                Arrays.toString(found.normalisation().mean()),
                Arrays.toString(found.normalisation().std()))));
    text.append(
        line(
            "Taken",
            String.format(Locale.ROOT, "%d tensors, %,d values", found.taken().size(), values)));
    text.append(
        line(
            "Missing",
            found.missing().isEmpty()
                ? "none"
                : "random values for "
                    + shown(found.missing().stream().map(VariableSpec::unscoped).toList())));
    List<String> leftOver =
        found.leftOver().stream()
            .map(WeightTensor::name)
            .filter(name -> !isUnneeded(name))
            .toList();
    text.append(line("Left over", leftOver.isEmpty() ? "none" : shown(leftOver)));
    if (licence != null) {
      text.append(line("Licence", licence));
    }
    if (output != null) {
      text.append(line("Checkpoint", output));
    }
    return text.toString();
  }

  private String described() {
    return String.format("%s, %s, %d tensors", location, file.format(), file.tensors().size());
  }

  private String tensors(Map<String, String> variables) {
    return file.tensors().stream()
        .map(
            tensor ->
                String.format(
                    "%s  %s%n",
                    tensor,
                    variables.containsKey(tensor.name())
                        ? "-> " + variables.get(tensor.name())
                        : isUnneeded(tensor.name()) ? "(not needed)" : "(left over)"))
        .collect(joining());
  }

  /** Returns whether a tensor is a counter, or a constant that the network has of itself. */
  private static boolean isUnneeded(String name) {
    return name.endsWith("num_batches_tracked")
        || name.endsWith(".bias_mask")
        || name.endsWith("rope_embed.periods");
  }

  private static String shown(List<String> names) {
    return names.stream().limit(SHOWN).collect(joining(", "))
        + (names.size() > SHOWN ? String.format(" and %d more", names.size() - SHOWN) : "");
  }

  private static String line(String name, String value) {
    return String.format("%-12s %s%n", name + ":", value);
  }
}
