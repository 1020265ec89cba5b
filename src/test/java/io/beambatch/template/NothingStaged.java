package io.beambatch.template;

import com.google.api.services.dataflow.model.DataflowPackage;
import java.util.List;
import org.apache.beam.runners.dataflow.util.PackageUtil.StagedFile;
import org.apache.beam.runners.dataflow.util.Stager;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Uploads nothing, so that Dataflow's runner translates a graph without Dataflow: for a dry run,
 * and for tests. A template that was made with it can be read, but not launched.
 */
public final class NothingStaged implements Stager {
  private NothingStaged() {}

  /** Called by the runner. */
  public static NothingStaged fromOptions(PipelineOptions options) {
    return new NothingStaged();
  }

  @Override
  public List<DataflowPackage> stageFiles(List<StagedFile> files) {
    return List.of();
  }

  @Override
  public DataflowPackage stageToFile(byte[] bytes, String baseName) {
    return new DataflowPackage().setName(baseName).setLocation("gs://not-staged/" + baseName);
  }
}
