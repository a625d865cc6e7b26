package org.vocabeam.models.program;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorByteSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.tensorflow.engine.TfNDArray;
import ai.djl.tensorflow.engine.TfSymbolBlock;
import ai.djl.tensorflow.engine.javacpp.JavacppUtils;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.vocabeam.models.UserError;

/**
 * Loaded program: a SavedModel that DJL runs, with each signature a block on the same session. For
 * one thread, but a second one may make calls {@link #ready} and {@link #stage} their inputs.
 *
 * <pre>{@code
 * try (ProgramWriter writer = new ProgramWriter()) {
 *   Operand<TFloat32> x = writer.input("x", TFloat32.class, 2);
 *   writer.signature("square", Map.of("x", x), Map.of("y", writer.ops().math.square(x)));
 *   try (Program program = Program.load(writer)) {
 *     float[] y = program.run("square", Map.of("x", new float[] {2, 3})); // 4, 9
 *   }
 * }
 * }</pre>
 */
public final class Program implements AutoCloseable {
  private final Model model;
  private final NDManager manager;
  private final Placement placement;
  private boolean closed;
  private final Map<String, TfSymbolBlock> signatures = new ConcurrentHashMap<>();

  private Program(Model model, Placement placement) {
    this.model = model;
    this.manager = model.getNDManager();
    this.placement = placement;
  }

  /**
   * Writes the author's program to a temporary folder and loads it on the CPU, where operations run
   * in the calling thread: for programs of few and small ones.
   */
  public static Program load(ProgramWriter author) {
    return load(author, Placement.CALLER);
  }

  /**
   * Writes the author's program to a temporary folder and loads it.
   *
   * @throws UserError when a GPU is asked for and there is none
   */
  public static Program load(ProgramWriter author, DeviceChoice choice) {
    return load(author, Gpus.ofThisProcess().take(choice));
  }

  private static Program load(ProgramWriter author, Placement placement) {
    boolean loaded = false;
    try {
      Path directory = Files.createTempDirectory("vocabeam-program");
      try {
        author.save(directory, placement);
        Program program = load(directory, placement);
        loaded = true;
        return program;
      } finally {
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!loaded) {
        Gpus.ofThisProcess().leave(placement);
      }
    }
  }

  /**
   * Loads a SavedModel on the CPU.
   *
   * @param directory that has saved_model.pb
   */
  public static Program load(Path directory) {
    return load(directory, Placement.CPU);
  }

  static Program load(Path directory, Placement placement) {
    DjlEngine.start();
    // DJL's device holds inputs and outputs. The graph itself names the device that it runs on.
    Model model = Model.newInstance("saved_model", Device.cpu(), "TensorFlow");
    try {
      model.load(directory, null, Map.of("ConfigProto", placement.session()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      throw new IllegalArgumentException(directory + " is not a SavedModel", e);
    }
    return new Program(model, placement);
  }

  /**
   * Copies the inputs of a signature into TensorFlow's memory.
   *
   * @param inputs one for each input of the signature: float[], int[], byte[] (as uint8) or a
   *     buffer of them, in the input's static shape
   */
  public Ready ready(String signature, Map<String, ?> inputs) {
    return ready(signature, inputs, null);
  }

  /**
   * Prepares a signature that runs behind another one, whose outputs are its remaining inputs, by
   * name; they stay in TensorFlow's memory.
   *
   * @param inputs the given ones
   * @param before run and closed together with this one; null for none
   */
  public Ready ready(String signature, Map<String, ?> inputs, Ready before) {
    TfSymbolBlock block = signatures.computeIfAbsent(signature, this::block);
    PairList<String, Shape> described = block.describeInput();
    Ready ready = new Ready(signature, block, manager.newSubManager(), before);
    int given = 0;
    for (int i = 0; i < described.size(); i++) {
      String name = described.keyAt(i);
      Object value = inputs.get(name);
      checkArgument(
          value != null || before != null,
          "%s needs the input %s, which is missing",
          signature,
          name);
      ready.inputs.put(
          name, value == null ? null : array(ready.manager, value, described.valueAt(i)));
      given += value == null ? 0 : 1;
    }
    checkArgument(
        given == inputs.size(),
        "%s takes %s, was given %s",
        signature,
        ready.inputs.keySet(),
        inputs.keySet());
    return ready;
  }

  /**
   * Result of a run whose memory was measured.
   *
   * @param peakBytesOfGpu the most bytes in use on the GPU, by whatever runs there in this process;
   *     0 on the CPU
   */
  public record Recorded(float[] output, long peakBytesOfGpu) {}

  /** Signature with its inputs, to run any number of times; holds memory until closed. */
  public static final class Ready implements AutoCloseable {
    private final String signature;
    private final TfSymbolBlock block;
    private final NDManager manager;
    private final Ready before;
    private final Map<String, NDArray> inputs = new LinkedHashMap<>();

    private Ready(String signature, TfSymbolBlock block, NDManager manager, Ready before) {
      this.signature = signature;
      this.block = block;
      this.manager = manager;
      this.before = before;
    }

    /**
     * Runs the signature.
     *
     * @param read takes the result out of the outputs, whose memory is freed afterwards
     * @throws UserError when it does not fit into the memory of the device
     */
    public <R> R run(Function<NDList, R> read) {
      return before == null ? run(new NDList(), read) : before.run(outputs -> run(outputs, read));
    }

    private <R> R run(NDList piped, Function<NDList, R> read) {
      NDList ordered = new NDList(values(piped).values());
      try (NDList outputs = block.forward(new ParameterStore(manager, false), ordered, false)) {
        return read.apply(outputs);
      } catch (TFResourceExhaustedException e) {
        throw new UserError(
            String.format(
                "%s does not fit into the memory of its device (%s); lower batchSize, raise"
                    + " microBatches or take precision bfloat16",
                signature, e.getMessage().lines().findFirst().orElse("")),
            e);
      }
    }

    private Map<String, NDArray> values(NDList piped) {
      Map<String, NDArray> values = new LinkedHashMap<>();
      inputs.forEach(
          (name, value) -> {
            NDArray input = value == null ? piped.get(name) : value;
            checkArgument(
                input != null, "%s needs the input %s, which is missing", signature, name);
            values.put(name, input);
          });
      return values;
    }

    /**
     * Runs a signature that has one output of floats, and measures memory; slower than {@link
     * #run()}.
     */
    public Recorded recorded() {
      MemoryTrace.Run run = before == null ? traced(new NDList()) : before.run(this::traced);
      return new Recorded(run.output(), MemoryTrace.peakBytesOfGpu(run.records()));
    }

    MemoryTrace.Run traced(NDList piped) {
      return MemoryTrace.run(block.getSavedModelBundle(), signature, values(piped));
    }

    /** Runs a signature that has one output of floats. */
    public float[] run() {
      return run(
          outputs -> {
            checkState(
                outputs.size() == 1, "%s has %s outputs, must have 1", signature, outputs.size());
            return outputs.get(0).toFloatArray();
          });
    }

    @Override
    public void close() {
      manager.close();
      if (before != null) {
        before.close();
      }
    }
  }

  /** Runs a signature once; the parameters are those of {@link #ready} and {@link Ready#run}. */
  public <R> R run(String signature, Map<String, ?> inputs, Function<NDList, R> read) {
    try (Ready ready = ready(signature, inputs)) {
      return ready.run(read);
    }
  }

  /** Runs a signature that has one output of floats, once. */
  public float[] run(String signature, Map<String, ?> inputs) {
    try (Ready ready = ready(signature, inputs)) {
      return ready.run();
    }
  }

  /**
   * Returns the floats of an output as they lie in TensorFlow's memory; they are gone with the
   * outputs.
   */
  public static FloatBuffer floats(NDArray output) {
    try (TF_Tensor tensor = JavacppUtils.resolveTFETensor(((TfNDArray) output).getHandle())) {
      long bytes = TF_TensorByteSize(tensor);
      return TF_TensorData(tensor)
          .capacity(bytes)
          .asByteBuffer()
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer();
    }
  }

  /** Returns true on a GPU. */
  public boolean isOnGpu() {
    return placement.isGpu();
  }

  /**
   * Puts values of the staged inputs on the device, behind those that are there; another thread may
   * run other signatures meanwhile. Every call of a signature that wants them takes the values that
   * were put there first, and waits for ever where there are none.
   *
   * @param inputs all that {@link ProgramWriter#stagedInput} has added, by name
   */
  public void stage(Map<String, ?> inputs) {
    run(ProgramWriter.STAGE, inputs, outputs -> outputs.get(0).getInt());
  }

  /** Removes staged values that no call has taken. */
  public void clearStage() {
    run(
        ProgramWriter.CLEAR_STAGE,
        Map.of(ProgramWriter.TRIGGER, new float[] {0}),
        outputs -> outputs.get(0).getInt());
  }

  /** Sets the values of all variables, by name. */
  public void writeState(Map<String, float[]> state) {
    run(ProgramWriter.WRITE_STATE, state, outputs -> outputs.get(0).getInt());
  }

  /** Returns the values of all variables, sorted by name. */
  public Map<String, float[]> readState() {
    return run(
        ProgramWriter.READ_STATE,
        Map.of(ProgramWriter.TRIGGER, new float[] {0}),
        outputs -> {
          Map<String, float[]> state = new LinkedHashMap<>();
          for (NDArray value : outputs) {
            state.put(value.getName(), value.toFloatArray());
          }
          return state;
        });
  }

  private TfSymbolBlock block(String signature) {
    var bundle = ((TfSymbolBlock) model.getBlock()).getSavedModelBundle();
    checkArgument(
        bundle.getMetaGraphDef().getSignatureDefMap().containsKey(signature),
        "the program has no signature %s, only %s",
        signature,
        bundle.getMetaGraphDef().getSignatureDefMap().keySet());
    return new TfSymbolBlock(bundle, signature);
  }

  private static NDArray array(NDManager manager, Object value, Shape shape) {
    if (value instanceof float[] floats) {
      return manager.create(floats, shape);
    }
    if (value instanceof int[] ints) {
      return manager.create(ints, shape);
    }
    if (value instanceof byte[] bytes) {
      return manager.create(ByteBuffer.wrap(bytes), shape, DataType.UINT8);
    }
    if (value instanceof ByteBuffer bytes) {
      return manager.create(bytes, shape, DataType.UINT8);
    }
    if (value instanceof FloatBuffer || value instanceof IntBuffer) {
      return manager.create(
          (Buffer) value, shape, value instanceof FloatBuffer ? DataType.FLOAT32 : DataType.INT32);
    }
    throw new IllegalArgumentException(
        "an input is a " + value.getClass() + ", must be an array or a buffer");
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      model.close();
      Gpus.ofThisProcess().leave(placement);
    }
  }
}
