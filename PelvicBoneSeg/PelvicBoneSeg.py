# No postponed annotations here: parameterNodeWrapper evaluates them while Slicer is still loading
# this file, which it does not always find in sys.modules then.
from pathlib import Path
from typing import Annotated

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

from PelvicBoneSegLib.panel.choices import CoordinateSystem, ExportFormat, SideChoice

# Everything that imports numpy, torch or SimpleITK is imported where it is needed: Slicer imports
# each module at its start.


class PelvicBoneSeg(ScriptedLoadableModule):
    """What Slicer lists: name, category, help."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Pelvic Bone Segmentation")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["Colors", "Segmentations", "Terminologies"]
        self.parent.contributors = ["The PelvicBoneSeg contributors"]
        self.parent.helpText = _(
            "Turns a pelvic MR into editable 3D bones: femurs, hip bones, sacrum and lumbar spine. "
            "Choose the scan and the bones and click <b>Segment</b>. Samples are in the module "
            "Sample Data.<p>For research. Not for diagnosis.</p>"
        )
        self.parent.acknowledgementText = _(
            "Trained on MR images of the TCIA collection CPTAC-UCEC (CC BY 4.0). Built on 3D "
            "Slicer, PyTorch and segmentation-models-pytorch."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)
        slicer.app.connect("startupCompleted()", registerTerminology)


def registerSampleData():
    """Add the samples to the module Sample Data."""
    from PelvicBoneSegLib.panel.samples.sample_data import register_samples

    register_samples(Path(__file__).parent / "Resources")


def registerTerminology():
    """Let Slicer's terminology selector know the bones' SNOMED CT codes."""
    from PelvicBoneSegLib.scene.terminology import terminology_file

    slicer.modules.terminologies.logic().LoadTerminologyFromFile(str(terminology_file()))


@parameterNodeWrapper
class PelvicBoneSegParameterNode:
    """What is chosen in the panel; saved with the scene."""

    inputVolume: slicer.vtkMRMLScalarVolumeNode
    segmentation: slicer.vtkMRMLSegmentationNode
    femur: bool = True
    hipBone: bool = True
    sacrum: bool = True
    lumbarSpine: bool = True
    side: SideChoice = SideChoice.BOTH
    bundle: str = "default"
    livePreview: bool = True
    smoothing: Annotated[float, WithinRange(0, 1)] = 0.5
    reference: slicer.vtkMRMLSegmentationNode
    exportFormat: ExportFormat = ExportFormat.STL
    exportMerged: bool = False
    exportCoordinates: CoordinateSystem = CoordinateSystem.LPS


class PelvicBoneSegWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel. What it does is in PelvicBoneSegLib/panel; this connects it to Slicer."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None
        self._parameterNode = None
        self._parameterNodeGuiTag = None

    def setup(self):
        """Build the panel: Slicer calls this when the module is opened first, or reloaded."""
        from PelvicBoneSegLib.panel.panel import Panel

        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/PelvicBoneSeg.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = PelvicBoneSegLogic()
        self.panel = Panel(self.ui, self.logic, self.resourcePath(""))

        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self.onNodeAboutToBeRemoved)
        self.initializeParameterNode()
        if self.parent.isEntered:
            # Reloaded while it is shown: Slicer does not call enter() again.
            self.panel.enter()

    def cleanup(self):
        """Stop a run and let go of everything: the module is closed or reloaded."""
        # First, or what is shut down would be told of its own last changes to the scene.
        self._disconnectParameterNode()
        self.removeObservers()
        if self.panel:
            self.panel.shut_down()

    def enter(self):
        """Show the scene's choices: the user opens the module."""
        self.initializeParameterNode()
        self.panel.enter()

    def exit(self):
        """Leave the widgets alone while another module is shown. A run goes on."""
        self.panel.exit()
        self._disconnectParameterNode()

    def onSceneStartClose(self, caller, event):
        """Stop a run and forget the parameter node, which goes with the scene."""
        self._disconnectParameterNode()
        self._parameterNode = None
        self.panel.scene_closing()

    def onSceneEndClose(self, caller, event):
        """Start afresh if the module is shown."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeAboutToBeRemoved(self, caller, event, node):
        """Stop a run that needs the node."""
        self.panel.node_removed(node)

    def initializeParameterNode(self):
        """Take the scene's parameter node, with the first volume where none is chosen."""
        self.setParameterNode(self.logic.getParameterNode())
        if not self._parameterNode.inputVolume:
            firstVolume = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
            if firstVolume:
                self._parameterNode.inputVolume = firstVolume

    def setParameterNode(self, parameterNode):
        """Show a parameter node in the widgets, and follow it."""
        self._disconnectParameterNode()
        self._parameterNode = parameterNode
        # Not connectGui: it does the same by SlicerParameterName but gives no tag back, without
        # which the widgets could never be disconnected.
        widgets = [widget for ui in self.panel.widgets() for widget in vars(ui).values()]
        named = {widget.property("SlicerParameterName"): widget for widget in widgets}
        named.pop(None, None)
        self._parameterNodeGuiTag = parameterNode.connectParametersToGui(named)
        self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParametersModified)
        self.panel.set_parameters(parameterNode)

    def onParametersModified(self, caller, event):
        """Follow a choice."""
        self.panel.refresh()

    def _disconnectParameterNode(self):
        if self._parameterNodeGuiTag is None:
            return
        self._parameterNode.disconnectGui(self._parameterNodeGuiTag)
        self._parameterNodeGuiTag = None
        self.removeObserver(
            self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParametersModified
        )


class PelvicBoneSegLogic(ScriptedLoadableModuleLogic):
    """Segmentation without any widget, for scripts and for the panel.

    `segmenterFactory(device)` takes the place of the bundle's own segmenter.
    """

    def __init__(self, segmenterFactory=None):
        ScriptedLoadableModuleLogic.__init__(self)
        self._segmenterFactory = segmenterFactory
        self._segmentation = None
        self._comparison = None

    def getParameterNode(self):
        return PelvicBoneSegParameterNode(super().getParameterNode())

    @property
    def warnings(self):
        """What the user should read after the last run, one line each."""
        return self._segmentationLogic().warnings

    def segment(
        self,
        volumeNode,
        bones,
        side="both",
        segmentationNode=None,
        device="auto",
        progress=None,
        cancel=None,
        bundle="default",
        rerun=None,
    ):
        """Segment bones of a volume node: see SegmentationLogic.segment.

        `rerun` is a RerunMode; None replaces what an earlier run wrote.
        """
        node = self._segmentationLogic().segment(
            volumeNode,
            bones,
            side,
            segmentationNode,
            device,
            progress,
            cancel,
            bundle,
            **self._rerun(rerun),
        )
        self._clearComparisonOf(node)
        return node

    def prepare(
        self,
        volumeNode,
        bones,
        side="both",
        device="auto",
        bundle="default",
        segmentationNode=None,
    ):
        """Do the first phase of `segment`: see SegmentationLogic.prepare."""
        return self._segmentationLogic().prepare(
            volumeNode, bones, side, device, bundle, segmentationNode
        )

    def apply(self, job, result, segmentationNode=None, rerun=None):
        """Do the last phase of `segment`: see SegmentationLogic.apply."""
        node = self._segmentationLogic().apply(job, result, segmentationNode, **self._rerun(rerun))
        self._clearComparisonOf(node)
        return node

    def applySteps(self, job, result, segmentationNode=None, rerun=None):
        """Do the last phase of `segment` in short steps: see SegmentationLogic.apply_steps."""
        node = yield from self._segmentationLogic().apply_steps(
            job, result, segmentationNode, **self._rerun(rerun)
        )
        self._clearComparisonOf(node)
        return node

    def editedSegments(self, segmentationNode, bones, side="both"):
        """Return names of segments that were edited since a run: see rerun.edited_segments."""
        from PelvicBoneSegLib.anatomy import segments_for
        from PelvicBoneSegLib.scene.rerun import edited_segments

        return edited_segments(segmentationNode, segments_for(bones, side))

    @property
    def undoDescription(self):
        """What `undo` would take back, or None: see SegmentationLogic.undo_description."""
        return self._segmentation.undo_description if self._segmentation else None

    @property
    def undoLosesEdits(self):
        """Whether `undo` takes back edits too: see SegmentationLogic.undo_loses_edits."""
        return bool(self._segmentation) and self._segmentation.undo_loses_edits

    def undo(self):
        """Take the last run back: see SegmentationLogic.undo."""
        logic = self._segmentationLogic()
        self._clearComparisonOf(logic.undo_node)
        return logic.undo()

    def compare(self, segmentationNode, referenceNode, progress=None, cancel=None):
        """Compare two segmentations: see ComparisonLogic.compare."""
        return self._comparisonLogic().compare(segmentationNode, referenceNode, progress, cancel)

    def judge(self, volumeNode, bundle="default", bones=()):
        """Say whether a bundle suits a volume node: see suitability.judge."""
        from PelvicBoneSegLib.errors import PelvicBoneSegError
        from PelvicBoneSegLib.scene.scan_facts import facts_of
        from PelvicBoneSegLib.segmentation.bundle import describe_bundle
        from PelvicBoneSegLib.segmentation.suitability import judge

        try:
            description = describe_bundle(bundle)
        except PelvicBoneSegError as error:
            description = error
        return judge(facts_of(volumeNode), description, bones)

    def installBundle(self, path, replace=False):
        """Install a model bundle from a zip file: see bundle_store.install_bundle."""
        from PelvicBoneSegLib.segmentation.bundle_store import install_bundle

        return install_bundle(path, replace)

    def setSmoothing(self, segmentationNode, smoothing):
        """Make closed surfaces anew, 0-1 smooth: see surface_settings.set_smoothing."""
        from PelvicBoneSegLib.scene.surface_settings import set_smoothing

        set_smoothing(segmentationNode, smoothing)

    def makeIsotropic(
        self, segmentationNode, bundle="default", device="auto", progress=None, cancel=None
    ):
        """Interpolate between slices: see SegmentationLogic.make_isotropic."""
        return self._segmentationLogic().make_isotropic(
            segmentationNode, bundle, device, progress, cancel
        )

    def centreOn(self, segmentationNode, segmentIds=None):
        """Put segments into the middle of the 3D views: see view_centre.centre_on."""
        from PelvicBoneSegLib.scene.view_centre import centre_on

        centre_on(segmentationNode, segmentIds)

    def measure(self, segmentationNode):
        """Measure all segments into a table node: see measure.logic.measure."""
        from PelvicBoneSegLib.panel.measure.titles import titles
        from PelvicBoneSegLib.scene.measure.logic import measure

        return measure(segmentationNode, titles())

    def measureSteps(self, segmentationNode):
        """Do `measure` step by step: see measure.logic.measure_steps."""
        from PelvicBoneSegLib.panel.measure.titles import titles
        from PelvicBoneSegLib.scene.measure.logic import measure_steps

        return measure_steps(segmentationNode, titles())

    def prepareComparison(self, segmentationNode, referenceNode):
        """Do the first phase of `compare`: see ComparisonLogic.prepare."""
        return self._comparisonLogic().prepare(segmentationNode, referenceNode)

    def applyComparison(self, job, result):
        """Do the last phase of `compare`: see ComparisonLogic.apply."""
        return self._comparisonLogic().apply(job, result)

    def findComparison(self):
        """Return the table node of the comparison in the scene, or None."""
        from PelvicBoneSegLib.scene.comparison.scene import find_comparison

        return find_comparison(slicer.mrmlScene)

    def clearComparison(self, keepTable=False):
        """Remove the comparison from the scene and show the compared segments again."""
        from PelvicBoneSegLib.scene.comparison.scene import clear_comparison

        clear_comparison(slicer.mrmlScene, keepTable)

    def export(
        self,
        segmentationNode,
        directory,
        format="stl",
        segmentIDs=None,
        coordinates="LPS",
        merged=False,
        overwrite=False,
    ):
        """Write segments to files: see export.logic.prepare_export."""
        job = self.prepareExport(
            segmentationNode, directory, format, segmentIDs, coordinates, merged, overwrite
        )
        return job.run()

    def prepareExport(
        self,
        segmentationNode,
        directory,
        format="stl",
        segmentIDs=None,
        coordinates="LPS",
        merged=False,
        overwrite=False,
    ):
        """Do the first phase of `export`: see export.logic.prepare_export."""
        from PelvicBoneSegLib.scene.export.logic import prepare_export

        return prepare_export(
            segmentationNode, directory, format, segmentIDs, coordinates, merged, overwrite
        )

    def saveTrainingCase(self, volumeNode, segmentationNode, directory, name=None, overwrite=False):
        """Save a scan with its bones to train with: see prepare_training_case."""
        return self.prepareTrainingCase(
            volumeNode, segmentationNode, directory, name, overwrite
        ).run()

    def prepareTrainingCase(
        self, volumeNode, segmentationNode, directory, name=None, overwrite=False
    ):
        """Do the first phase of `saveTrainingCase`: see training_case.logic."""
        from PelvicBoneSegLib.scene.training_case.logic import prepare_training_case

        return prepare_training_case(volumeNode, segmentationNode, directory, name, overwrite)

    def _clearComparisonOf(self, segmentationNode):
        from PelvicBoneSegLib.scene.comparison.scene import clear_comparison_of

        if segmentationNode is not None:
            clear_comparison_of(segmentationNode)

    def _rerun(self, rerun):
        return {} if rerun is None else {"rerun": rerun}

    def _comparisonLogic(self):
        if self._comparison is None:
            from PelvicBoneSegLib.panel.comparison.titles import descriptions, titles
            from PelvicBoneSegLib.scene.comparison.logic import ComparisonLogic

            self._comparison = ComparisonLogic(titles(), descriptions())
        return self._comparison

    def _segmentationLogic(self):
        if self._segmentation is None:
            from PelvicBoneSegLib.scene.logic import SegmentationLogic

            self._segmentation = SegmentationLogic(segmenter_factory=self._segmenterFactory)
        return self._segmentation


class PelvicBoneSegTest(ScriptedLoadableModuleTest):
    """Slicer's own self-test: the phantom that comes along, from file to 3D."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        self.setUp()
        self.test_phantom()

    def test_phantom(self):
        import SampleData

        from PelvicBoneSegLib.panel.samples.sample_data import PHANTOM_NAME

        registerSampleData()
        self.delayDisplay("Loading the phantom")
        volumeNode = SampleData.downloadSample(PHANTOM_NAME)
        logic = PelvicBoneSegLogic()
        self.delayDisplay("Segmenting the femurs")
        segmentationNode = logic.segment(volumeNode, ["femur"])
        segmentation = segmentationNode.GetSegmentation()
        self.assertEqual(segmentation.GetNumberOfSegments(), 2)
        for segmentId in segmentation.GetSegmentIDs():
            surface = vtk.vtkPolyData()
            segmentationNode.GetClosedSurfaceRepresentation(segmentId, surface)
            mass = vtk.vtkMassProperties()
            mass.SetInputData(surface)
            self.assertGreater(mass.GetVolume(), 20_000)  # mm³; a femur in the field of view
        self.delayDisplay("Segmenting the left femur again replaces it only")
        logic.segment(volumeNode, ["femur"], "left", segmentationNode)
        self.assertEqual(segmentation.GetNumberOfSegments(), 2)
        self.delayDisplay("Test passed")
