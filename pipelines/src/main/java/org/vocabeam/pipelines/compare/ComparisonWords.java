package org.vocabeam.pipelines.compare;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method.WordMap;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.Stage;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.SelectedImages;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.teacher.FindPatches;
import org.vocabeam.transforms.teacher.PatchRecord;
import org.vocabeam.transforms.teacher.WordSource;

/**
 * Visual words of the methods of a comparison, each with the patches nearest to it.
 *
 * @param training images that are trained on
 */
record ComparisonWords(
    Comparison comparison, ComparisonPlan plan, TrainingImages training, Runner runner) {
  private static final int WORDS = 12;
  private static final int PATCHES = 8;

  /**
   * Words of a run, and the maps to whose cells they belong.
   *
   * @param border outermost cells, which have no words
   * @param total number of words
   */
  private record Words(
      String title, FeatureSource cells, WordSource source, int border, int total) {}

  /** Finds the words of the methods that have any, in the runs of the first seed. */
  List<WordGallery> find() {
    long seed = comparison.seeds().get(0);
    List<WordGallery> galleries = new ArrayList<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      if (!method.networks().isEmpty() && comparison.isEvaluated(method, seed)) {
        String run = comparison.run(method.name(), seed);
        Recipe recipe = Checkpoint.open(RunDirectory.checkpointOf(run)).recipe();
        Optional<WordMap> map = recipe.method().wordMap(recipe.backbone());
        // Words are of square maps.
        if (map.isPresent() && recipe.images().height() == recipe.images().width()) {
          galleries.add(gallery(words(method, map.get(), run), run));
        }
      }
    }
    return galleries;
  }

  private static Words words(ComparisonPlan.Method method, WordMap map, String run) {
    if (map.variable().isPresent()) {
      String checkpoint = RunDirectory.checkpointOf(run);
      FeatureSource cells = FeatureSource.cells(checkpoint, map.network(), map.level());
      return new Words(
          method.name(),
          cells,
          WordSource.variable(checkpoint, map.variable().get(), channels(cells)),
          map.border(),
          map.count());
    }
    int last = method.networks().get(method.networks().size() - 1).count();
    RunDirectory directory = new RunDirectory(run);
    FeatureSource cells =
        FeatureSource.cells(
            RunDirectory.checkpointOf(directory.run(last - 1)), map.network(), map.level());
    String codebook = StoreFiles.resolve(directory.generation(last), "words/codebook");
    return new Words(
        method.name() + ", generation " + last,
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
    Map<String, ImageRecord> pictures = SelectedImages.read(training.rowGroups(), ids);
    ImageShape shape = words.cells().recipe().images();
    Backbone backbone = words.cells().recipe().backbone();
    String level = words.cells().pooling().level();
    int side = backbone.receptiveField(level);
    int first = backbone.firstMiddle(level);
    List<WordGallery.Word> shown = new ArrayList<>();
    for (int word : chosen) {
      List<PatchRecord> patchesOfWord = byWord.get(word);
      patchesOfWord.sort(PatchRecord.nearestFirst());
      shown.add(
          new WordGallery.Word(
              word,
              patchesOfWord.stream()
                  .map(
                      patch -> {
                        // Patches are places in what the encoder was shown.
                        Pixels pixels = Pixels.of(pictures.get(patch.image()), shape);
                        int top = patch.y() * backbone.stride(level) + first - side / 2;
                        int left = patch.x() * backbone.stride(level) + first - side / 2;
                        return new WordGallery.Patch(
                            patch.image(),
                            Math.max(0, -top),
                            Math.max(0, -left),
                            pixels.region(top, left, side, side));
                      })
                  .toList()));
    }
    return new WordGallery(words.title(), level, side, complete.size(), words.total(), shown);
  }

  private List<PatchRecord> patches(Words words, String output) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "compare");
    provenance.put(TrainingImages.IMAGES, training.fingerprint());
    provenance.put(TrainingImages.SPLIT, training.splitName());
    provenance.put("checkpoint", Provenance.checkpoint(words.cells().checkpoint()));
    provenance.put("level", words.cells().pooling().level());
    WriteStore<PatchRecord> write =
        WriteStore.to(PatchRecord.TYPE, output).withProvenance(provenance);
    FindPatches find =
        FindPatches.of(
            training.rowGroups(),
            training.split(),
            words.cells().on(runner.compute()),
            words.source(),
            words.border(),
            PATCHES);
    Stage.writing(write)
        .existing(Stage.Existing.RENEW)
        .run(
            runner,
            "find-patches",
            pipeline -> pipeline.apply("FindPatches", find).apply("Write", write));
    return StoreReader.open(PatchRecord.TYPE, output).rows();
  }
}
