package org.vocabeam.models.program;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionRun;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorByteSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import ai.djl.ndarray.NDArray;
import ai.djl.tensorflow.engine.SavedModelBundle;
import ai.djl.tensorflow.engine.TfNDArray;
import ai.djl.tensorflow.engine.javacpp.JavacppUtils;
import ai.djl.util.Pair;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * TensorFlow's records of the memory of one run of a signature. For every operation they have what
 * its allocator has given out when it ended. DJL runs without records, so the session is run here.
 */
final class MemoryTrace {
  private MemoryTrace() {}

  /**
   * Records of a run.
   *
   * @param output all values of the first output, which are floats
   */
  record Run(RunMetadata records, float[] output) {}

  /**
   * Runs a signature.
   *
   * @param inputs by their names in the signature
   */
  static Run run(SavedModelBundle bundle, String signature, Map<String, NDArray> inputs) {
    SignatureDef definition = bundle.getMetaGraphDef().getSignatureDefOrThrow(signature);
    List<TF_Tensor> values = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, TensorInfo> input : definition.getInputsMap().entrySet()) {
      NDArray value = inputs.get(input.getKey());
      values.add(JavacppUtils.resolveTFETensor(((TfNDArray) value).getHandle()));
      names.add(input.getValue().getName());
    }
    List<String> outputs =
        definition.getOutputsMap().values().stream().map(TensorInfo::getName).toList();
    RunOptions options =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.SOFTWARE_TRACE).build();
    try (PointerScope scope = new PointerScope()) {
      TF_Status status = TF_Status.newStatus();
      TF_Buffer records = TF_Buffer.newBuffer();
      PointerPointer<TF_Tensor> given = new PointerPointer<>(values.size());
      for (int i = 0; i < values.size(); i++) {
        given.put(i, values.get(i));
      }
      PointerPointer<TF_Tensor> results = new PointerPointer<>(outputs.size());
      TF_SessionRun(
          bundle.getSession(),
          TF_Buffer.newBufferFromString(options),
          ends(bundle, names),
          given,
          values.size(),
          ends(bundle, outputs),
          results,
          outputs.size(),
          new PointerPointer<TF_Operation>(0),
          0,
          records,
          status);
      status.throwExceptionIfNotOK();
      for (int i = 0; i < outputs.size(); i++) {
        scope.attach(results.get(TF_Tensor.class, i).withDeallocator());
      }
      TF_Tensor first = results.get(TF_Tensor.class, 0);
      float[] output = new float[Math.toIntExact(TF_TensorByteSize(first) / Float.BYTES)];
      new FloatPointer(TF_TensorData(first)).get(output);
      return new Run(RunMetadata.parseFrom(records.dataAsByteBuffer()), output);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("TensorFlow's records of a run cannot be read", e);
    } finally {
      values.forEach(TF_Tensor::close);
    }
  }

  private static TF_Output ends(SavedModelBundle bundle, List<String> names) {
    TF_Output ends = new TF_Output(names.size());
    for (int i = 0; i < names.size(); i++) {
      Pair<TF_Operation, Integer> end =
          JavacppUtils.getGraphOperationByName(bundle.getGraph(), names.get(i));
      ends.position(i).oper(end.getKey()).index(end.getValue());
    }
    return ends.position(0);
  }

  /**
   * Returns the most bytes of GPUs that were in use during the run: what an allocator had given out
   * when an operation ended, and what the operation itself had given back by then.
   *
   * @return 0 for a run on the CPU, whose allocator does not count
   */
  static long peakBytesOfGpu(RunMetadata records) {
    return records.getStepStats().getDevStatsList().stream()
        .filter(device -> device.getDevice().contains("GPU"))
        .flatMap(device -> device.getNodeStatsList().stream())
        .flatMap(node -> node.getMemoryList().stream())
        .filter(memory -> memory.getAllocatorBytesInUse() > 0)
        .mapToLong(
            memory ->
                memory.getAllocatorBytesInUse()
                    + Math.max(0, memory.getPeakBytes() - memory.getLiveBytes()))
        .max()
        .orElse(0);
  }
}
