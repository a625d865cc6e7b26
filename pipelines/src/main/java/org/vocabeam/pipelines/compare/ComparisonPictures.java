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
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Method.WordMap;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.compare.Neighbourhood.Shown;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.evaluation.LabelledEmbeddings;
import org.vocabeam.transforms.evaluation.NearestImages;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.SelectedImages;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.teacher.FindPatches;
import org.vocabeam.transforms.teacher.PatchRecord;
import org.vocabeam.transforms.teacher.WordSource;
import org.vocabeam.transforms.training.StepMetric;

/** What the page of a comparison shows beside its table, of runs that have ended. */
final class ComparisonPictures {
  private static final int QUERIES = 8;
  private static final int NEIGHBOURS = 8;
  private static final int WORDS = 12;
  private static final int PATCHES = 8;
  private static final int POINTS = 300;
  private static final Set<String> CURVES = Set.of("loss", "embedding_std");

  private final Comparison comparison;
  private final ComparisonPlan plan;
  private final TrainingImages training;
  private final Runner runner;
  private final List<RowGroup> images;
  private final long seed;

  ComparisonPictures(
      Comparison comparison, ComparisonPlan plan, TrainingImages training, Runner runner) {
    this.comparison = comparison;
    this.plan = plan;
    this.training = training;
    this.runner = runner;
    this.images = training.rowGroups();
    this.seed = comparison.seeds().get(0);
  }

  /** The curves of every network of every method, also of runs that stopped. */
  List<Curves> curves() {
    List<Curves> all = new ArrayList<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      int generation = 0;
      for (Network network : method.networks()) {
        for (int i = 0; i < network.count(); i++, generation++) {
          boolean several = method.networks().size() > 1;
          Map<Long, Map<String, Curve>> ofSeeds = new TreeMap<>();
          for (long of : comparison.seeds()) {
            RunDirectory run = new RunDirectory(comparison.run(method.name(), of));
            Map<String, Curve> curves =
                curves(several ? new RunDirectory(run.run(generation)) : run, network);
            if (!curves.isEmpty()) {
              ofSeeds.put(of, curves);
            }
          }
          String title =
              !several
                  ? method.name()
                  : generation == 0
                      ? method.name() + ", first teacher: " + network.method()
                      : method.name() + ", generation " + generation;
          all.add(new Curves(title, ofSeeds));
        }
      }
    }
    return all;
  }

  private Map<String, Curve> curves(RunDirectory run, Network network) {
    Map<String, NavigableMap<Long, Float>> values = new TreeMap<>();
    for (int round = 1; round <= comparison.rounds(); round++) {
      String steps = run.steps(round * network.stepsPerRound());
      if (StoreReader.isComplete(steps)) {
        StoreReader.open(StepMetric.TYPE, steps).rows().stream()
            .filter(row -> CURVES.contains(row.metric()))
            .forEach(
                row ->
                    values
                        .computeIfAbsent(row.metric(), metric -> new TreeMap<>())
                        .put(row.step(), row.value()));
      }
    }
    Map<String, Curve> curves = new TreeMap<>();
    values.forEach((metric, of) -> curves.put(metric, Curve.of(of, POINTS)));
    return curves;
  }

  /** Some test images with what every method finds near them. */
  List<Neighbourhood> neighbourhoods() {
    Evaluation evaluation = comparison.evaluation(seed);
    Map<String, LabelledEmbeddings> kinds = new LinkedHashMap<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      if (!method.networks().isEmpty() && comparison.isEvaluated(method, seed)) {
        String of = Comparison.evaluation(comparison.run(method.name(), seed));
        kinds.put(method.name(), evaluation.features("trained", of));
      }
    }
    String reference = comparison.reference(seed);
    kinds.put("random weights", evaluation.features("random", reference));
    kinds.put("raw pixels", evaluation.features(Evaluation.PIXELS, reference));
    Set<String> queries = queries(kinds.get("random weights"));
    Map<String, Map<String, List<String>>> nearest = new LinkedHashMap<>();
    kinds.forEach(
        (kind, features) -> nearest.put(kind, NearestImages.of(features, queries, NEIGHBOURS)));
    Set<String> ids = new HashSet<>(queries);
    nearest.values().forEach(ofQueries -> ofQueries.values().forEach(ids::addAll));
    Map<String, ImageRecord> pictures = SelectedImages.read(images, ids);
    List<Neighbourhood> all = new ArrayList<>();
    for (String query : queries) {
      Map<String, List<Shown>> ofKinds = new LinkedHashMap<>();
      nearest.forEach(
          (kind, ofQueries) ->
              ofKinds.put(
                  kind, ofQueries.get(query).stream().map(id -> shown(pictures.get(id))).toList()));
      all.add(new Neighbourhood(shown(pictures.get(query)), ofKinds));
    }
    return all;
  }

  private static Shown shown(ImageRecord image) {
    return new Shown(image.id(), image.label(), Pixels.of(image));
  }

  /** Labelled test images in an order of their own, of as many classes as there are first. */
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
                Comparator.<String>comparingLong(id -> Seeds.of(seed, "query", id))
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

  /** The words of the methods that have any. */
  List<WordGallery> galleries() {
    List<WordGallery> galleries = new ArrayList<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      if (!method.networks().isEmpty() && comparison.isEvaluated(method, seed)) {
        String run = comparison.run(method.name(), seed);
        Recipe recipe = comparison.recipe(method.name(), training, method.steps(1), seed);
        // Words are of square maps.
        if (recipe.images().height() == recipe.images().width()) {
          words(method, recipe.method(), run)
              .ifPresent(words -> galleries.add(gallery(words, run)));
        }
      }
    }
    return galleries;
  }

  /**
   * The words of a run, and the maps whose cells they are the words of.
   *
   * @param border outermost cells that have none
   * @param total how many words
   */
  private record Words(
      String title, FeatureSource cells, WordSource source, int border, int total) {}

  private Optional<Words> words(ComparisonPlan.Method of, Method method, String run) {
    return method.wordMap().map(map -> words(of, map, run));
  }

  private static Words words(ComparisonPlan.Method of, WordMap map, String run) {
    if (map.variable().isPresent()) {
      String checkpoint = RunDirectory.newestCheckpoint(run);
      FeatureSource cells = FeatureSource.cells(checkpoint, map.network(), map.level());
      return new Words(
          of.name(),
          cells,
          WordSource.variable(checkpoint, map.variable().get(), channels(cells)),
          map.border(),
          map.count());
    }
    int last = of.networks().get(of.networks().size() - 1).count();
    RunDirectory directory = new RunDirectory(run);
    FeatureSource cells =
        FeatureSource.cells(
            RunDirectory.newestCheckpoint(directory.run(last - 1)), map.network(), map.level());
    String codebook = StoreFiles.resolve(directory.generation(last), "words/codebook");
    return new Words(
        of.name() + ", generation " + last,
        cells,
        WordSource.codebook(codebook, channels(cells)),
        map.border(),
        map.count());
  }

  private static int channels(FeatureSource cells) {
    return cells.recipe().backbone().channels(cells.pooling().level());
  }

  private WordGallery gallery(Words words, String run) {
    List<PatchRecord> patches = patches(words, StoreFiles.resolve(run, "patches"));
    Map<Integer, List<PatchRecord>> byWord = new TreeMap<>();
    patches.forEach(
        patch -> byWord.computeIfAbsent(patch.word(), word -> new ArrayList<>()).add(patch));
    List<Integer> complete =
        byWord.keySet().stream().filter(word -> byWord.get(word).size() == PATCHES).toList();
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < Math.min(WORDS, complete.size()); i++) {
      chosen.add(complete.get(i * complete.size() / Math.min(WORDS, complete.size())));
    }
    Set<String> ids = new HashSet<>();
    chosen.forEach(word -> byWord.get(word).forEach(patch -> ids.add(patch.image())));
    Map<String, ImageRecord> pictures = SelectedImages.read(images, ids);
    Backbone backbone = words.cells().recipe().backbone();
    String level = words.cells().pooling().level();
    int side = backbone.receptiveField(level);
    List<WordGallery.Word> shown = new ArrayList<>();
    for (int word : chosen) {
      List<PatchRecord> ofWord = byWord.get(word);
      ofWord.sort(PatchRecord.nearestFirst());
      shown.add(
          new WordGallery.Word(
              word,
              ofWord.stream()
                  .map(
                      patch ->
                          patch(pictures.get(patch.image()), patch, backbone.stride(level), side))
                  .toList()));
    }
    return new WordGallery(words.title(), level, side, complete.size(), words.total(), shown);
  }

  private static WordGallery.Patch patch(
      ImageRecord image, PatchRecord patch, int stride, int side) {
    int top = patch.y() * stride - side / 2;
    int left = patch.x() * stride - side / 2;
    return new WordGallery.Patch(
        image.id(),
        Math.max(0, -top),
        Math.max(0, -left),
        Pixels.of(image).region(top, left, side, side));
  }

  private List<PatchRecord> patches(Words words, String output) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "compare");
    provenance.put(TrainingImages.IMAGES, training.fingerprint());
    provenance.put(TrainingImages.SPLIT, training.splitName());
    provenance.put(
        "checkpoint",
        StoreReader.open(VariableChunk.TYPE, words.cells().checkpoint()).fingerprint());
    provenance.put("level", words.cells().pooling().level());
    WriteStore<PatchRecord> write =
        WriteStore.to(PatchRecord.TYPE, output).withProvenance(provenance);
    try {
      if (!Provenance.isOf(output, provenance)) {
        write.prepare(true);
        Pipeline pipeline = runner.create("find-patches");
        pipeline
            .apply(
                "FindPatches",
                FindPatches.of(
                    images,
                    training.split(),
                    words.cells().on(runner.device()),
                    words.source(),
                    words.border(),
                    PATCHES))
            .apply("Write", write);
        runner.run(pipeline);
        write.commit();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return StoreReader.open(PatchRecord.TYPE, output).rows();
  }
}
