import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

/**
 * Takes steps of a classifier on a vision transformer, on inputs that are ready: for {@code vit_step.py}, which times
 * them. Arguments: preset, side, batch, classes. Every line of the input is a number of steps, answered by the loss.
 */
public final class VitStep {
  private VitStep() {}

  public static void main(String[] arguments) throws Exception {
    int side = Integer.parseInt(arguments[1]);
    int batch = Integer.parseInt(arguments[2]);
    int classes = Integer.parseInt(arguments[3]);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      names.add("class" + i);
    }
    ImageShape shape = new ImageShape(side, side, 3);
    Normalisation normalisation = new Normalisation(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f});
    Task task = new Task(shape, normalisation, /* imageCount= */ 100_000, /* steps= */ 100_000, /* seed= */ 1);
    Backbone network = ((VisionTransformer) Preset.named(arguments[0]).backbone(task)).withDropPath(0);
    Recipe defaults = Supervised.recipe(network, task, names, Supervised.Trained.ALL, null, /* weight= */ 0);
    Recipe recipe =
        new Recipe(
            defaults.method(), network, shape, normalisation, batch, defaults.optimizer(), defaults.schedule(),
            task.steps(), task.seed(), /* collapseThreshold= */ 0, /* microBatches= */ 1, defaults.precision());
    List<Raster> images = new ArrayList<>();
    float[] targets = new float[batch * classes];
    for (int i = 0; i < batch; i++) {
      byte[] pixels = new byte[shape.bytes()];
      new java.util.Random(i).nextBytes(pixels);
      images.add(new Raster(pixels, side, side, 3));
      targets[i * classes + i % classes] = 1;
    }
    String[] ids = Collections.nCopies(batch, "image").toArray(new String[0]);
    try (Trainer trainer = Trainer.of(recipe);
        Trainer.Ready ready = trainer.ready(0, Trainer.Batch.of(recipe, images, ids, new long[batch], targets));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        float loss = Float.NaN;
        for (int steps = Integer.parseInt(line.trim()); steps > 0; steps--) {
          loss = ready.run()[0];
        }
        System.out.println(loss);
        System.out.flush();
      }
    }
  }
}
