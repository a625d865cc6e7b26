package org.vocabeam.pipelines.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.evaluate.Unmeasurable;
import org.vocabeam.pipelines.compare.Neighbourhood.Shown;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.transforms.evaluation.LabelledEmbeddings;
import org.vocabeam.transforms.evaluation.NearestImages;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.SelectedImages;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Test images of a comparison, with the training images that every method finds near them.
 *
 * @param images row groups of the images
 */
record ComparisonNeighbours(
    Comparison comparison, ComparisonPlan plan, References references, List<RowGroup> images) {
  private static final int QUERIES = 8;
  private static final int NEIGHBOURS = 8;

  /** Finds the neighbours by the networks of the first seed. */
  List<Neighbourhood> find() {
    Map<String, LabelledEmbeddings> kinds = kinds();
    Set<String> queries = queries(random(references.networks().get(0)));
    Map<String, Map<String, List<String>>> nearest = new LinkedHashMap<>();
    kinds.forEach(
        (kind, features) -> {
          try {
            nearest.put(kind, NearestImages.of(features, queries, NEIGHBOURS));
          } catch (Unmeasurable e) {
            Comparison.say("nearest images by %s left out: %s", kind, e.getMessage());
          }
        });
    Set<String> ids = new HashSet<>(queries);
    nearest.values().forEach(byQuery -> byQuery.values().forEach(ids::addAll));
    Map<String, ImageRecord> pictures = SelectedImages.read(images, ids);
    List<Neighbourhood> neighbourhoods = new ArrayList<>();
    for (String query : queries) {
      Map<String, List<Shown>> byKind = new LinkedHashMap<>();
      nearest.forEach(
          (kind, byQuery) ->
              byKind.put(
                  kind, byQuery.get(query).stream().map(id -> shown(pictures.get(id))).toList()));
      neighbourhoods.add(new Neighbourhood(shown(pictures.get(query)), byKind));
    }
    return neighbourhoods;
  }

  /** Returns the features by their titles. */
  private Map<String, LabelledEmbeddings> kinds() {
    long seed = comparison.seeds().get(0);
    Evaluation evaluation = comparison.evaluation(seed);
    Map<String, LabelledEmbeddings> kinds = new LinkedHashMap<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      if (!method.networks().isEmpty() && comparison.isEvaluated(method, seed)) {
        String output = Comparison.evaluation(comparison.run(method.name(), seed));
        kinds.put(method.name(), evaluation.features("trained", output));
      }
    }
    boolean several = references.networks().size() > 1;
    references
        .networks()
        .forEach(
            network ->
                kinds.put(
                    ComparisonTable.beside("random", several ? network.name() : null),
                    random(network)));
    String first = references.directory(references.networks().get(0), seed);
    kinds.put(
        ComparisonTable.beside(Evaluation.PIXELS, null),
        evaluation.features(Evaluation.PIXELS, first));
    return kinds;
  }

  private LabelledEmbeddings random(References.Network network) {
    long seed = comparison.seeds().get(0);
    return comparison.evaluation(seed).features("random", references.directory(network, seed));
  }

  private static Shown shown(ImageRecord image) {
    return new Shown(image.id(), image.label(), Pixels.of(image));
  }

  /** Returns labelled test images in a random order, images of different classes first. */
  private Set<String> queries(LabelledEmbeddings features) {
    Map<String, String> labels = new TreeMap<>();
    for (RowGroup group : features.groups()) {
      try (RowReader<EmbeddingRecord> rows = RowReader.of(EmbeddingRecord.TYPE, group)) {
        rows.forEachRemaining(
            row -> {
              if (row.split().equals(features.testSplit()) && row.label() != null) {
                labels.put(row.id(), row.label());
              }
            });
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    List<String> ordered =
        labels.keySet().stream()
            .sorted(
                Comparator.<String>comparingLong(
                        id -> Seeds.of(comparison.seeds().get(0), "query", id))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    Set<String> queries = new LinkedHashSet<>();
    Set<String> classes = new HashSet<>();
    for (String id : ordered) {
      if (queries.size() < QUERIES && classes.add(labels.get(id))) {
        queries.add(id);
      }
    }
    for (String id : ordered) {
      if (queries.size() < QUERIES) {
        queries.add(id);
      }
    }
    return queries;
  }
}
