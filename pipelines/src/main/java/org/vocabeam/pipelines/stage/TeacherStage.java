package org.vocabeam.pipelines.stage;

import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Distillation.Objective;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.MapShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingTargets;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.features.EmbedImages;
import org.vocabeam.transforms.features.EmbedMaps;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.features.MapSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * Outputs of a teacher for every image of a store, shown whole, once instead of in every epoch: a
 * store of maps for {@link Objective#PATCHES}, otherwise one of embeddings, both in the order of
 * the images. A store of maps that {@code embed} wrote with the same teacher is as good.
 *
 * <pre>{@code
 * TrainingData data =
 *     new TeacherStage("runs/images", images, teacher, method, "runs/teacher").run(runner);
 * }</pre>
 *
 * @param directory images store
 * @param images images of it that the student is trained on
 * @param teacher weights of the teacher
 * @param method distillation whose {@code origin} is a store
 * @param output store of the outputs
 */
public record TeacherStage(
    String directory,
    TrainingImages images,
    InitialWeights teacher,
    Distillation method,
    String output) {
  /** Small, because training reads the row groups that hold an image's target whole. */
  private static final long ROW_GROUP_BYTES = 256 << 10;

  /** Writes the store unless it is there, and returns what the student is trained on. */
  public TrainingData run(Runner runner) {
    images.refuseView("a teacher's stored features");
    Map<String, String> provenance = new TreeMap<>();
    provenance.put(TrainingImages.IMAGES, images.fingerprint());
    provenance.put(MapRecord.TEACHER, teacher.fingerprint());
    provenance.put("recipe", Methods.toJson(shown()));
    if (method.objective() == Objective.PATCHES) {
      writeMaps(runner, provenance);
    } else {
      writeEmbeddings(runner, provenance);
    }
    return new TrainingData(images, TrainingTargets.ofTeacher(output, method, images), null);
  }

  /** Returns the teacher's recipe with the square at which it is shown images here. */
  private Recipe shown() {
    Recipe recipe = teacher.recipe();
    int side = method.teacherImageSize();
    return recipe.withImages(new ImageShape(side, side, recipe.images().channels()));
  }

  private void writeMaps(Runner runner, Map<String, String> provenance) {
    StoreReader<ImageRecord> store = TrainingImages.openStore(directory);
    String level = method.teacher().lastLevel();
    MapSource source = new MapSource(shown(), teacher.checkpoint(), level, runner.compute());
    MapShape shape = source.shape();
    provenance.put(MapRecord.LEVEL, level);
    provenance.put(MapRecord.ROWS, Integer.toString(shape.rows()));
    provenance.put(MapRecord.COLUMNS, Integer.toString(shape.columns()));
    provenance.put(MapRecord.CHANNELS, Integer.toString(shape.channels()));
    if (Provenance.isThere(output, provenance)) {
      return;
    }
    MapRecord.Numbers numbers = MapRecord.Numbers.FLOAT16;
    WriteStore<MapRecord> write =
        WriteStore.to(numbers.type(), output)
            .withShards(store.manifest().shards().size())
            .withRowGroupBytes(ROW_GROUP_BYTES)
            .withProvenance(completed(provenance));
    EmbedMaps embed = EmbedMaps.of(store, source, numbers, write.shardWriter());
    Stage.writing(write).run(runner, "distill-teacher", pipeline -> pipeline.apply(embed));
  }

  private void writeEmbeddings(Runner runner, Map<String, String> provenance) {
    provenance.put("features", method.classes().isEmpty() ? "embedding" : "logits");
    if (Provenance.isThere(output, provenance)) {
      return;
    }
    StoreReader<ImageRecord> store = TrainingImages.openStore(directory);
    FeatureSource source =
        new FeatureSource(
            "teacher",
            shown(),
            teacher.checkpoint(),
            Method.STUDENT,
            method.classes().isEmpty() ? Pooling.GLOBAL : null,
            runner.compute());
    WriteStore<EmbeddingRecord> write =
        WriteStore.to(EmbeddingRecord.TYPE, output)
            .withShards(store.manifest().shards().size())
            .withRowGroupBytes(ROW_GROUP_BYTES)
            .withProvenance(completed(provenance));
    EmbedImages embed = EmbedImages.of(store.rowGroups(), source);
    Stage.writing(write)
        .run(
            runner,
            "distill-teacher",
            pipeline -> pipeline.apply("Embed", embed).apply("Write", write));
  }

  private static Map<String, String> completed(Map<String, String> provenance) {
    Map<String, String> completed = new TreeMap<>(provenance);
    completed.put("command", "distill");
    completed.put(Provenance.VERSION, Version.read());
    return completed;
  }
}
